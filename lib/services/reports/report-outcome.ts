import type { DispatchDocument, ObjectId, PendingQuestion } from '../../store/documents';
import { derivedId, isoOrNull } from '../../store/ids';
import { putReport, type NewReport } from '../../store/reports';
import type { ReportKind } from '../../domain/report/schema';
import type { Delivered } from '../../domain/task/schema';
import type { Plane } from '../context';

/**
 * Reports that follow from what a dispatch did, whichever door it came through: written while its outcome is settled,
 * under ids that were chosen with it, so that settling again makes no second. Messages as work make none.
 */

interface OutcomeReport {
  id: ObjectId;
  kind: ReportKind;
  said: NewReport['said'];
  createdBy?: string;
}

async function report(plane: Plane, dispatch: DispatchDocument, { id, kind, said, createdBy }: OutcomeReport) {
  if (dispatch.source.kind !== 'task') return;
  await putReport(plane.collections, {
    _id: id,
    tenantId: dispatch.tenantId,
    createdBy: createdBy ?? `agent:${dispatch.agentType}`,
    kind,
    taskId: dispatch.source.id,
    runId: dispatch.run?.id ?? null,
    projectId: dispatch.projectId,
    dispatchId: dispatch._id,
    said,
  });
}

/** A question's report has the id of its message. */
export const reportQuestion = (plane: Plane, dispatch: DispatchDocument, question: PendingQuestion): Promise<void> =>
  question.blocker
    ? report(plane, dispatch, { id: question.id, kind: 'blocker', said: question.blocker })
    : report(plane, dispatch, {
        id: question.id,
        kind: 'question',
        said: {
          question: question.body,
          options: question.options,
          default: question.default,
          deadline: isoOrNull(question.deadline),
        },
      });

export const resultReportId = (dispatch: Pick<DispatchDocument, '_id' | 'epoch' | 'reportId'>): ObjectId =>
  dispatch.reportId ?? derivedId(dispatch._id, 'result', String(dispatch.epoch));

export const reportResult = (plane: Plane, dispatch: DispatchDocument): Promise<void> =>
  report(plane, dispatch, {
    id: resultReportId(dispatch),
    kind: 'result',
    said: { output: dispatch.output ?? '', deliverables: dispatch.deliverables ?? [], usage: dispatch.usage },
  });

/** What a person took although it came too late: the task's result all the same. */
export const reportLateResult = (
  plane: Plane,
  dispatch: DispatchDocument,
  { output, deliverables }: { output: string; deliverables: Delivered[] },
): Promise<void> =>
  report(plane, dispatch, {
    id: derivedId(dispatch._id, 'late-result'),
    kind: 'result',
    said: { output, deliverables, usage: dispatch.usage },
  });

/** It stopped and said nothing: somebody has to look, and nobody else would say so. */
export const reportSilence = (plane: Plane, dispatch: DispatchDocument, why: string): Promise<void> =>
  report(plane, dispatch, {
    id: derivedId(dispatch._id, 'silence', String(dispatch.epoch)),
    kind: 'blocker',
    said: {
      reason: `The agent stopped: ${why}.`,
      needs: 'Look at what it left behind, and plan or create the task anew.',
    },
    createdBy: 'switchboard',
  });
