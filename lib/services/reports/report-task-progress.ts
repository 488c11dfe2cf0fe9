import { SECOND_MS } from '../../kernel/clock';
import { redactSecrets } from '../../domain/redact';
import type { ReportDocument } from '../../store/documents';
import { bodyId, derivedId } from '../../store/ids';
import { crashPoint } from '../../telemetry/crash-point';
import { putReport } from '../../store/reports';
import { requireDispatch, type Caller } from '../identity/caller';
import { reportProgress, type DispatchAlive } from '../dispatches/report-progress';

/**
 * Progress of a task is also a report: at most one a dispatch a second, the latest wins. `recordId` says which second
 * that is: when its key was first used, so that a repeat is of the same one.
 */
export async function reportTaskProgress(
  caller: Caller,
  progress: { percent: number; state: string },
  recordId?: string,
): Promise<DispatchAlive & { report: ReportDocument | null }> {
  const alive = await reportProgress(caller, { percent: progress.percent, state: progress.state });
  const { dispatch, epoch } = requireDispatch(caller);
  const { plane } = caller.ctx;
  if (dispatch.source.kind !== 'task') return { ...alive, report: null };
  const atMs = recordId === undefined ? plane.clock.now() : bodyId('recordId', recordId).getTimestamp().getTime();
  const report = await putReport(
    plane.collections,
    {
      _id: derivedId(dispatch._id, 'progress', String(epoch), String(Math.floor(atMs / SECOND_MS))),
      tenantId: dispatch.tenantId,
      createdBy: `agent:${dispatch.agentType}`,
      kind: 'progress',
      taskId: dispatch.source.id,
      runId: dispatch.run?.id ?? null,
      projectId: dispatch.projectId,
      dispatchId: dispatch._id,
      said: { percent: progress.percent, state: redactSecrets(progress.state) },
    },
    true,
  );
  crashPoint('progress:after-report');
  return { ...alive, report };
}
