import { hashDispatchKey, makeDispatchKey } from '../../../auth/dispatch-key';
import type { Claim } from '../../../domain/dispatch/schema';
import type { DispatchRow } from '../../../store/dispatch-claims';
import { binary, hex, newId } from '../../../store/ids';
import { WORK_WORDS, type DueItem } from '../../../store/work-items';
import { type ClaimWork } from '../../../store/work-claims';
import type { Context } from '../../context';
import type { StartCandidate } from '../due/candidate';

export interface NewDispatch {
  row: DispatchRow;
  key: string;
}

/** The dispatch that would do this work, under the item's next epoch and a key of its own. */
export function newDispatch(
  { plane, principal }: Context,
  claim: Claim,
  { due, type }: StartCandidate,
  slot: string,
): NewDispatch {
  const { item, kind } = due;
  const id = newId();
  const epoch = item.epoch + 1;
  const key = makeDispatchKey(hex(id), epoch);
  const row = {
    _id: id,
    tenantId: principal.tenantId,
    createdBy: principal.id,
    source: { kind, id: item._id },
    threadId: item.threadId ?? null,
    projectId: item.projectId ?? null,
    runId: item.runId ?? null,
    ...runOf(due),
    agentType: type.slug,
    revision: type.revision,
    consumer: claim.consumer,
    tokenId: principal.id,
    account: principal.account,
    epoch,
    attempt: item.attempts + 1,
    mode: 'start',
    status: 'running',
    open: item._id,
    lane: item.lane,
    slot,
    leaseMs: type.thresholds.leaseMs,
    keyHash: binary(hashDispatchKey(key)),
    agentId: null,
    transcriptUrl: null,
    progress: null,
    enforced: null,
    usage: null,
    output: null,
    lateOutput: null,
    error: null,
    question: null,
    replyId: newId(),
    settled: true,
    leaseTouchedAt: null,
    firstHeartbeatAt: null,
    storedAt: dueSince(due),
    streamedAt: plane.streamedTimes.streamedAt(hex(item._id)),
    waitingSince: null,
    endedAt: null,
  } satisfies DispatchRow;
  return { row, key };
}

/** Its run, and what it may do there: the plan task's dispatch is the run's orchestrator. */
export function runOf({ kind, item }: DueItem): Pick<DispatchRow, 'run'> {
  if (kind !== 'task' || !item.runId) return {};
  return { run: { id: item.runId, tier: item.kind === 'plan' ? 'orchestrator' : 'worker' } };
}

/** A task waits for what it depends on before anybody could claim it: its way to a claim begins when it is ready. */
function dueSince({ kind, item }: DueItem): Date | null {
  const storedAt = item.ledger.storedAt ?? null;
  return kind === 'task' && storedAt !== null && item.availableAt > storedAt ? item.availableAt : storedAt;
}

/** The second gate: the item is still due for that type, at the epoch that was read. */
export const workClaimOf = (
  { kind, item }: DueItem,
  row: Pick<DispatchRow, '_id' | 'epoch' | 'streamedAt' | 'agentType'>,
): ClaimWork => ({
  kind,
  id: item._id,
  fromStatus: [WORK_WORDS[kind].due],
  fromEpoch: item.epoch,
  assignedTo: row.agentType,
  epoch: row.epoch,
  dispatchId: row._id,
  streamedAt: row.streamedAt ?? null,
  countsAttempt: true,
});
