import type { StandingTask } from '../../domain/run/standing';
import type { RunDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import { areIds } from '../../store/raw-document';
import { findRunTasks, type RunTask } from '../../store/runs';
import type { Plane } from '../context';

/** A task as the rules see it, with the row they came from. */
export interface JudgedTask extends StandingTask {
  row: RunTask;
}

export interface RunTasks {
  plan: JudgedTask | null;
  work: JudgedTask[];
}

export async function readRunTasks(
  { collections }: Plane,
  { _id, tenantId, planTaskId }: Pick<RunDocument, '_id' | 'tenantId' | 'planTaskId'>,
): Promise<RunTasks> {
  const rows = await findRunTasks(collections, tenantId, _id);
  const tasks = rows.map(row => ({
    id: hex(row._id),
    key: row.key ?? null,
    status: row.status,
    reason: row.reason,
    dependsOn: areIds(row.dependsOn) ? row.dependsOn.map(hex) : null,
    row,
  }));
  return {
    plan: tasks.find(({ row }) => row._id.equals(planTaskId)) ?? null,
    work: tasks.filter(({ row }) => !row._id.equals(planTaskId)),
  };
}
