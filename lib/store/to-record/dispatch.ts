import { isOpenDispatch, type DispatchRecord, type Liveness } from '../../domain/dispatch/schema';
import type { Thresholds } from '../../domain/agent-type/schema';
import type { Pathless } from '../../domain/project/schema';
import type { DispatchDocument } from '../documents';
import { hex, hexOrNull, iso, isoOrNull } from '../ids';

/**
 * Two clocks: the lease says alive, progress says getting on, which a turn has from its claim on: what it waited is not
 * its silence. Derived at read, never stored, so it cannot go stale.
 * `thresholds` are the type's now; a type that is gone judges by its lease alone.
 */
export function livenessOf(row: DispatchDocument, thresholds: Thresholds | null, nowMs: number): Liveness | null {
  // Ended for want of a heartbeat: a sweep that was quick does not hide what it found.
  if (row.status === 'lapsed' || row.status === 'unresponsive') return 'lost';
  if (!isOpenDispatch(row.status) || row.status === 'waiting') return null;
  if (row.leaseUntil === null || row.leaseUntil.getTime() < nowMs) return 'lost';
  if (!thresholds) return 'ok';
  const heardAt = [row.claimedAt, row.resumedAt, row.progress?.at].map(at => at?.getTime() ?? 0);
  const silentMs = nowMs - Math.max(...heardAt);
  if (silentMs >= thresholds.stuckAfterMs) return 'stuck';
  return silentMs >= thresholds.quietAfterMs ? 'quiet' : 'ok';
}

function lateOutputOf({ lateOutput }: DispatchDocument): DispatchRecord['lateOutput'] {
  if (!lateOutput) return null;
  const { epoch, output, at } = lateOutput;
  return { epoch, output, at: iso(at) };
}

/** A dispatch does not keep its work's title: it may be renamed meanwhile. */
export type UntitledDispatch = Omit<Pathless<DispatchRecord>, 'title'>;

export const toDispatchRecord = (
  row: DispatchDocument,
  thresholds: Thresholds | null,
  nowMs: number,
): UntitledDispatch => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
  source: { kind: row.source.kind, id: hex(row.source.id) },
  threadId: hexOrNull(row.threadId),
  projectId: hexOrNull(row.projectId),
  runId: hexOrNull(row.runId),
  agentType: row.agentType,
  revision: row.revision,
  consumer: row.consumer,
  epoch: row.epoch,
  attempt: row.attempt,
  mode: row.mode,
  status: row.status,
  liveness: livenessOf(row, thresholds, nowMs),
  leaseUntil: isoOrNull(row.leaseUntil),
  cancelRequested: row.cancelRequestedAt !== undefined,
  agentId: row.agentId,
  transcriptUrl: row.transcriptUrl,
  progress: row.progress ? { ...row.progress, at: iso(row.progress.at) } : null,
  usage: row.usage,
  output: row.output,
  lateOutput: lateOutputOf(row),
  error: row.error,
  question: row.question ? { id: hex(row.question.id), answered: row.question.answerId !== null } : null,
  enforced: row.enforced,
  times: {
    storedAt: isoOrNull(row.storedAt),
    streamedAt: isoOrNull(row.streamedAt),
    claimedAt: iso(row.claimedAt),
    resumedAt: isoOrNull(row.resumedAt),
    firstHeartbeatAt: isoOrNull(row.firstHeartbeatAt),
    lastHeartbeatAt: isoOrNull(row.leaseTouchedAt),
    progressAt: isoOrNull(row.progress?.at),
    waitingSince: isoOrNull(row.waitingSince),
    cancelRequestedAt: isoOrNull(row.cancelRequestedAt),
    endedAt: isoOrNull(row.endedAt),
  },
});
