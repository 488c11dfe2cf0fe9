import { requirePermission } from '../../auth/policy';
import type { AgentMessage } from '../../domain/message/agent-view';
import { databaseNow, findArrivals, type InboxScope } from '../../store/inbox';
import { countThatFit } from '../fitting-page';
import { recheckCredentials } from '../identity/recheck-credentials';
import { requireReader, type Caller } from '../identity/caller';
import {
  decodeInboxPosition,
  encodeInboxPosition,
  moveOn,
  OVERLAP_MS,
  positionAt,
  type InboxPosition,
} from './inbox-position';
import { inboxScope } from './inbox-scope';
import type { InboxWatch } from './inbox-watch';
import { lengthOfBody, toAgentMessages } from './to-agent-message';

export interface WaitForMessage {
  after?: string | undefined;
  timeoutMs: number;
}

export interface Arrived {
  items: AgentMessage[];
  /** `after` of the next call. */
  position: string;
}

const MOST_AT_ONCE = 20;
const MOST_RECENT = 1_000;
/** Wake-ups are hints: this often a waiting call looks by itself. */
const LOOK_ANYHOW_MS = 3_000;

/** Messages to the caller, and the answer to its question, that arrived after a position; waits when there is none. */
export async function waitForMessage(
  caller: Caller,
  { after, timeoutMs }: WaitForMessage,
  watch: InboxWatch,
  signal: AbortSignal,
): Promise<Arrived> {
  requireReader(caller);
  const { principal } = caller.ctx;
  const own = caller.dispatch?._id ?? null;
  requirePermission(principal, 'messages:read');
  const untilMs = performance.now() + timeoutMs;
  const first = await inboxScope(caller);
  const recheck = recheckCredentials(caller.ctx);
  let position = after === undefined ? await startOf(caller, first) : decodeInboxPosition(after);
  return watch.watching(first, async next => {
    for (let scope = first; ; scope = await inboxScope(caller)) {
      const rows = await look(caller, scope, position);
      // Past what cannot be read as well: else no call would ever get beyond it.
      position = moveOn(position, rows);
      const items = toAgentMessages(rows, own);
      const leftMs = untilMs - performance.now();
      if (items.length > 0 || leftMs <= 0 || signal.aborted) return { items, position: encodeInboxPosition(position) };
      await next(Math.min(leftMs, LOOK_ANYHOW_MS), signal);
      await recheck();
    }
  });
}

/** A dispatch hears all since it was claimed; anybody else, from now on. */
async function startOf({ ctx: { plane }, dispatch }: Caller, scope: InboxScope): Promise<InboxPosition> {
  if (dispatch) return { floorMs: dispatch.claimedAt.getTime(), seen: [] };
  const nowMs = (await databaseNow(plane.collections)).getTime();
  const recent = { since: new Date(nowMs - OVERLAP_MS), except: [], notFrom: null, limit: MOST_RECENT };
  return positionAt(nowMs, await findArrivals(plane.collections, scope, recent));
}

async function look({ ctx: { plane }, dispatch }: Caller, scope: InboxScope, { floorMs, seen }: InboxPosition) {
  const rows = await findArrivals(plane.collections, scope, {
    since: new Date(floorMs),
    except: seen.map(([id]) => id),
    // A type may write to itself; a dispatch does not wait for its own words.
    notFrom: dispatch?._id ?? null,
    limit: MOST_AT_ONCE,
  });
  return rows.slice(0, countThatFit(rows.map(lengthOfBody)));
}
