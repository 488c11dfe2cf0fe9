import type { Claim, ClaimReason } from '../../../domain/dispatch/schema';
import { holdReason } from '../../../domain/dispatch/hold';
import { DEFAULT_TENANT } from '../../../domain/fields';
import type { MessageStatus } from '../../../domain/message/schema';
import type { TaskStatus } from '../../../domain/task/schema';
import type { ObjectId } from '../../../store/documents';
import { findResumableById } from '../../../store/dispatch-resumes';
import { bodyId } from '../../../store/ids';
import { findWorkItem, isClaimable, WORK_WORDS } from '../../../store/work-items';
import { isSpent } from '../../budgets/spent';
import type { Context } from '../../context';
import type { RawMessage } from '../../../store/raw-document';
import { adoptTask } from '../../tasks/adopt-task';
import { adoptRawMessages } from '../../messages/adoption/adopt-message';
import type { Found, StartCandidate } from '../due/candidate';
import { headsOf, isBehindRaw, isSurelyFirst } from '../due/lane-heads';
import { rawCandidate } from '../due/raw-candidate';
import { readSource } from '../bundle/read-source';
import { takeUpOpeners } from '../due/take-up-openers';

/** The one work item an orchestrator names, usually because its event has just come. */
export async function findBySource(ctx: Context, claim: Claim, source: NonNullable<Claim['source']>): Promise<Found> {
  const { plane, principal } = ctx;
  const c = plane.collections;
  const id = bodyId('source.id', source.id);
  const takenIn = source.kind === 'message' ? await ownRaw(ctx, source.id) : null;
  let item = takenIn ? null : await readSource(plane, principal.tenantId, { kind: source.kind, id });
  const raw = takenIn ?? (item && !(item.rankAt instanceof Date) ? (item as RawMessage) : null);
  if (raw) {
    const hasThread = takenIn !== null;
    const candidate =
      source.kind === 'message' ? await candidateOrAdopted(ctx, raw, hasThread) : await adoptTask(plane, id);
    if (candidate)
      return isWanted(claim, candidate.type.slug) ? { candidates: [candidate], reason: 'nothing-due' } : NOTHING;
    item = await findWorkItem(c, principal.tenantId, { kind: source.kind, id });
  }
  if (!item) return { candidates: [], reason: 'taken' };
  const words = WORK_WORDS[source.kind];
  const idle = IDLE.get(item.status);
  if (idle) return { candidates: [], reason: idle };
  if (words.parked.includes(item.status)) return resumeBySource(ctx, claim, item.dispatchId);
  if (item.status !== words.due || item.assignedTo === null) return { candidates: [], reason: 'taken' };
  if (claim.agentTypes && !claim.agentTypes.includes(item.assignedTo)) return { candidates: [], reason: 'nothing-due' };
  const type = await plane.agentTypes.get(principal.tenantId, item.assignedTo);
  if (!type || holdReason(type, item.priority, await isSpent(plane, type)) !== null)
    return { candidates: [], reason: 'held' };
  // By rank it is passed over; here it would be a claim that fails, or one that no epoch fences.
  if (!isClaimable(item)) return NOTHING;
  const due = { kind: source.kind, item };
  if (isBehindRaw(plane, due)) {
    await takeUpOpeners(plane, [due]);
    if (isBehindRaw(plane, due)) return NOTHING;
  }
  const head = isSurelyFirst(due) ? due : (await headsOf(c, [due]))[0];
  if (!head?.item._id.equals(id)) return { candidates: [], reason: 'nothing-due' };
  return { candidates: [{ mode: 'start', due: head, type }], reason: 'nothing-due' };
}

/** Nobody has these, and they are not over. What else is not due is taken. */
const IDLE: ReadonlyMap<string, ClaimReason> = new Map<MessageStatus | TaskStatus, ClaimReason>([
  // For a person or nobody, or behind what it depends on: that may change.
  ['none', 'nothing-due'],
  ['pending', 'nothing-due'],
  ['held', 'held'],
  ['unroutable', 'held'],
  ['loop-stopped', 'held'],
]);

/** One that its own claim cannot take up is taken up here, the usual way; null says to look at it again. */
async function candidateOrAdopted(
  { plane, principal }: Context,
  raw: RawMessage,
  hasThread: boolean,
): Promise<StartCandidate | null> {
  const candidate = await rawCandidate(plane, principal.tenantId, raw, hasThread);
  if (candidate === null) await adoptRawMessages(plane, [raw._id]);
  return candidate;
}

/** A raw message of this tenant that was read, and its thread seen to, when its event came. */
async function ownRaw({ plane, principal }: Context, id: string): Promise<RawMessage | null> {
  const raw = await plane.rawIntake.get(id);
  return (raw?.tenantId ?? DEFAULT_TENANT) === principal.tenantId ? raw : null;
}

const NOTHING: Found = { candidates: [], reason: 'nothing-due' };
const isWanted = (claim: Claim, slug: string): boolean => !claim.agentTypes || claim.agentTypes.includes(slug);

async function resumeBySource(ctx: Context, claim: Claim, id: ObjectId | null): Promise<Found> {
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const dispatch = id && (await findResumableById(plane.collections, { tenantId, consumer: claim.consumer, id }));
  if (!dispatch || !isWanted(claim, dispatch.agentType)) return { candidates: [], reason: 'nothing-due' };
  const type = await plane.agentTypes.get(principal.tenantId, dispatch.agentType);
  if (!type || holdReason(type, 'urgent', await isSpent(plane, type)) !== null)
    return { candidates: [], reason: 'held' };
  return { candidates: [{ mode: 'resume', dispatch, type }], reason: 'nothing-due' };
}
