import { SECOND_MS } from '../../kernel/clock';
import { redactSecrets } from '../../auth/redact';
import type { ReportDocument } from '../../store/documents';
import { bodyId, derivedId } from '../../store/ids';
import { putReport } from '../../store/reports';
import { requireDispatch, type Caller } from '../identity/caller';
import { reportProgress, type DispatchAlive } from '../dispatches/report-progress';

/** Progress of a task is also a report: at most one a dispatch a second, the latest wins. */
export async function reportTaskProgress(
  caller: Caller,
  progress: { percent: number; state: string },
  recordId?: string,
): Promise<DispatchAlive & { report: ReportDocument | null }> {
  const alive = await reportProgress(caller, { percent: progress.percent, state: progress.state });
  const { dispatch, epoch } = requireDispatch(caller);
  const { plane } = caller.ctx;
  if (dispatch.source.kind !== 'task') return { ...alive, report: null };
  const second = Math.floor(plane.clock.now() / SECOND_MS);
  const report = await putReport(
    plane.collections,
    {
      _id:
        recordId === undefined
          ? derivedId(dispatch._id, 'progress', String(epoch), String(second))
          : bodyId('recordId', recordId),
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
  return { ...alive, report };
}
