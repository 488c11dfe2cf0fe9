import type { Claim, ClaimReason } from '../../domain/dispatch/schema';
import { holdReason } from '../../domain/dispatch/hold';
import type { Collections } from '../../store/collections';
import type { AgentTypeDocument, DispatchDocument, ObjectId } from '../../store/documents';
import { findResumable } from '../../store/dispatch-claims';
import { bodyId } from '../../store/ids';
import { busyLanes } from '../../store/lanes';
import { findAsItStands, findDue, findLaneHeads, findWorkItem, WORK_WORDS, type DueItem } from '../../store/work-items';
import type { Context } from '../context';
import { adoptTask } from '../tasks/adopt-task';
import type { RawMessage } from '../messages/plan-adoption';
import { rawCandidate, type RawWork } from './raw-candidate';

export type Candidate =
  /** `raw`: nobody took it up yet; the claim does. */
  | { mode: 'start'; due: DueItem; type: AgentTypeDocument; raw?: RawWork }
  | { mode: 'resume'; dispatch: DispatchDocument; type: AgentTypeDocument };

interface Found {
  candidates: Candidate[];
  reason: ClaimReason;
}

/**
 * Rows read for a claim of one; several may share a lane. Past this many due rows in front of a thread it is found
 * on the next claim, when those before it have moved.
 */
const LEAST_PAGE = 50;
const PAGE_PER_CLAIM = 4;

export async function findCandidates(ctx: Context, claim: Claim): Promise<Found> {
  return claim.source ? bySource(ctx, claim, claim.source) : byRank(ctx, claim);
}

async function byRank({ plane, principal }: Context, claim: Claim): Promise<Found> {
  const { tenantId } = principal;
  const all = await plane.agentTypes.list(tenantId);
  const wanted = all.filter(type => !claim.agentTypes || claim.agentTypes.includes(type.slug));
  const types = new Map(wanted.map(type => [type.slug, type]));
  const open = wanted.filter(type => holdReason(type, 'urgent') === null).map(({ slug }) => slug);
  if (open.length === 0) return { candidates: [], reason: wanted.length > 0 ? 'held' : 'nothing-due' };

  const c = plane.collections;
  await plane.adoption.flush();
  const [resumable, busy] = await Promise.all([
    findResumable(c, tenantId, open, claim.consumer, claim.max),
    busyLanes(c, tenantId),
  ]);
  const due = await findDue(c, {
    tenantId,
    agentTypes: open,
    busyLanes: busy,
    limit: Math.max(LEAST_PAGE, claim.max * PAGE_PER_CLAIM),
  });
  const heads = await headsOf(c, due);
  const candidates: Candidate[] = [
    ...resumable.map(dispatch => ({ mode: 'resume' as const, dispatch, type: types.get(dispatch.agentType)! })),
    ...heads
      .filter(({ item }) => types.has(item.assignedTo!) && isOpen(types.get(item.assignedTo!)!, item))
      .map(head => ({ mode: 'start' as const, due: head, type: types.get(head.item.assignedTo!)! })),
  ];
  return { candidates, reason: 'nothing-due' };
}

const isOpen = (type: AgentTypeDocument, item: DueItem['item']): boolean => holdReason(type, item.priority) === null;

/** One item a lane, its first; lanes in the order of their most urgent due item. */
async function headsOf(c: Collections, due: DueItem[]): Promise<DueItem[]> {
  const lanes = new Map<string, ObjectId>();
  for (const { item } of due) lanes.set(item.lane.toHexString(), item.lane);
  if (lanes.size === 0) return [];
  const heads = await findLaneHeads(c, [...lanes.values()]);
  const nowMs = Date.now();
  return [...lanes.keys()]
    .map(lane => heads.get(lane))
    .filter(
      (head): head is DueItem =>
        head !== undefined &&
        head.item.status === WORK_WORDS[head.kind].due &&
        // Back-off at the head holds the lane. The rows came by the database's clock; this one only spares a try.
        head.item.availableAt.getTime() <= nowMs + CLOCK_SLACK_MS,
    );
}

/** Clocks of this process and the database may differ by this much before a head is tried too late. */
const CLOCK_SLACK_MS = 50;

async function bySource(ctx: Context, claim: Claim, source: NonNullable<Claim['source']>): Promise<Found> {
  const { plane, principal } = ctx;
  const c = plane.collections;
  const id = bodyId('source.id', source.id);
  let item = await findAsItStands(c, principal.tenantId, { kind: source.kind, id });
  if (item && !(item.rankAt instanceof Date)) {
    const raw = source.kind === 'message' ? await rawCandidate(ctx, item as RawMessage) : await adoptTask(plane, id);
    if (raw) return isWanted(claim, raw.type.slug) ? { candidates: [raw], reason: 'nothing-due' } : NOTHING;
    item = await findWorkItem(c, principal.tenantId, { kind: source.kind, id });
  }
  if (!item) return { candidates: [], reason: 'taken' };
  const words = WORK_WORDS[source.kind];
  if (item.status === words.held) return { candidates: [], reason: 'held' };
  if (item.status === words.waiting) return resumeBySource(ctx, claim, item.dispatchId);
  if (item.status !== words.due || item.assignedTo === null) return { candidates: [], reason: 'taken' };
  if (claim.agentTypes && !claim.agentTypes.includes(item.assignedTo)) return { candidates: [], reason: 'nothing-due' };
  const type = await plane.agentTypes.get(principal.tenantId, item.assignedTo);
  if (!type || holdReason(type, item.priority) !== null) return { candidates: [], reason: 'held' };
  if (item.availableAt.getTime() > Date.now() + CLOCK_SLACK_MS) return { candidates: [], reason: 'nothing-due' };
  // The first of its lane needs no look at what stands before it.
  const head =
    item.seq <= FIRST_SEQ ? { kind: source.kind, item } : (await headsOf(c, [{ kind: source.kind, item }]))[0];
  if (!head?.item._id.equals(id)) return { candidates: [], reason: 'nothing-due' };
  return { candidates: [{ mode: 'start', due: head, type }], reason: 'nothing-due' };
}

const FIRST_SEQ = 1;

const NOTHING: Found = { candidates: [], reason: 'nothing-due' };
const isWanted = (claim: Claim, slug: string): boolean => !claim.agentTypes || claim.agentTypes.includes(slug);

async function resumeBySource(ctx: Context, claim: Claim, dispatchId: ObjectId | null): Promise<Found> {
  const { plane, principal } = ctx;
  const slugs = claim.agentTypes ?? (await plane.agentTypes.list(principal.tenantId)).map(({ slug }) => slug);
  const resumable = await findResumable(plane.collections, principal.tenantId, slugs, claim.consumer, 100);
  const dispatch = resumable.find(row => dispatchId !== null && row._id.equals(dispatchId));
  if (!dispatch) return { candidates: [], reason: 'nothing-due' };
  const type = await plane.agentTypes.get(principal.tenantId, dispatch.agentType);
  if (!type || holdReason(type, 'urgent') !== null) return { candidates: [], reason: 'held' };
  return { candidates: [{ mode: 'resume', dispatch, type }], reason: 'nothing-due' };
}
