import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { DEFAULT_TENANT, HUMAN } from '../../domain/fields';
import { judgeRawMessage, MESSAGE_RAW_FIELDS } from '../../domain/message/judge-raw';
import type { MessageDocument, ObjectId, ThreadDocument } from '../../store/documents';
import { asObjectId, describeRaw } from '../../store/raw-document';
import { forgetMalformed, recordMalformed } from '../../store/malformed';
import { adoptMessage, findRawMessage } from '../../store/messages';
import { openRawThread } from '../../store/threads';
import type { Plane } from '../context';
import { routeMessage } from './route-message';
import { titleOf } from './title-of';

type Raw = Partial<MessageDocument> & Record<string, unknown>;

/**
 * Takes up a message that a driver inserted: judges it, opens its thread, fills in what is absent. Safe to call by
 * any number of processes and as often as one likes; the first to fill it in wins and the others change nothing.
 */
export async function adoptRawMessage(plane: Plane, id: ObjectId): Promise<void> {
  const c = plane.collections;
  const raw = (await findRawMessage(c, id)) as Raw | null;
  if (!raw || raw.rankAt instanceof Date) return;
  const tenantId = typeof raw.tenantId === 'string' ? raw.tenantId : DEFAULT_TENANT;
  const refuse = (reason: string) =>
    recordMalformed(c, { tenantId, collection: 'messages', documentId: String(id), reason });
  const verdict = judgeRawMessage(describeRaw(raw, MESSAGE_RAW_FIELDS));
  if (!verdict.ok) return refuse(verdict.reason);
  if (!(await plane.tenants.exists(tenantId))) return refuse(`tenantId: no tenant '${tenantId}'`);

  const threadId = asObjectId(raw.threadId) ?? id;
  const own = threadId.equals(id);
  const thread = await openRawThread(c, threadOf(raw, tenantId, threadId), own);
  if (!thread) return refuse(`threadId: '${String(threadId)}' is not a thread of tenant '${tenantId}'`);
  const defaults = await defaultsOf(plane, raw, thread, own);
  const storedAt = plane.streamedTimes.storedAt(id.toHexString());
  const adopted = await adoptMessage(c, id, defaults, YIELDS_MS[defaults.priority], storedAt);
  if (!adopted) return;
  if (adopted.status === 'queued') plane.doorbell.ring(tenantId);
  // Not waited for: a claim may be, and it needs nothing of this.
  forgetMalformed(c, 'messages', String(id)).catch(error =>
    plane.log.debug({ err: error }, 'still listed as malformed'),
  );
}

const threadOf = (raw: Raw, tenantId: string, _id: ObjectId) => ({
  _id,
  tenantId,
  createdBy: raw.createdBy ?? RAW_INSERT,
  subject: typeof raw['subject'] === 'string' ? raw['subject'] : '',
  title: titleOf(raw.body!),
  priority: raw.priority ?? ('normal' as const),
  assignedTo: raw.assignedTo === HUMAN ? null : (raw.assignedTo ?? null),
  projectId: asObjectId(raw.projectId),
  status: 'open' as const,
  lastSeq: 1,
  messageCount: 1,
});

/** Stands where a driver said nothing of who it was. */
const RAW_INSERT = 'raw-insert';

async function defaultsOf(plane: Plane, raw: Raw, thread: ThreadDocument, own: boolean) {
  const priority = raw.priority ?? 'normal';
  const kind = raw.kind ?? 'message';
  const assignedTo = raw.assignedTo ?? null;
  const hops = raw.hops ?? 0;
  const routing = await routeMessage(plane, thread.tenantId, { assignedTo, priority, kind, hops });
  return {
    tenantId: thread.tenantId,
    createdBy: raw.createdBy ?? RAW_INSERT,
    threadId: thread._id,
    lane: thread._id,
    seq: own ? 1 : thread.lastSeq,
    from: { kind: raw.from?.kind ?? ('user' as const), id: raw.from?.id ?? RAW_INSERT },
    onBehalfOf: raw.onBehalfOf ?? null,
    assignedTo,
    projectId: thread.projectId,
    priority,
    kind,
    inReplyTo: asObjectId(raw.inReplyTo),
    expectsReply: raw.expectsReply ?? false,
    hops,
    // A status that a driver wrote cannot vouch for a claim or an outcome that never was.
    status: raw.status === 'none' || raw.status === 'cancelled' ? raw.status : routing.status,
    reason: routing.reason,
    options: raw.options ?? null,
    late: false,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
  };
}
