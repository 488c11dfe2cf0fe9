import { notFound } from '../../domain/errors';
import type { Pathless } from '../../domain/project/schema';
import type { Run } from '../../domain/run/schema';
import type { RunDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import { countRunTasks } from '../../store/runs';
import { legible } from '../../store/to-record/legible';
import { toRun } from '../../store/to-record/run';
import type { Plane } from '../context';

/** Runs of one tenant as records, with how far their tasks are. */
export async function runRecords(
  { collections }: Plane,
  tenantId: string,
  rows: RunDocument[],
): Promise<Pathless<Run>[]> {
  if (rows.length === 0) return [];
  const counts = await countRunTasks(
    collections,
    tenantId,
    rows.map(({ _id }) => _id),
  );
  return legible(rows, row => toRun(row, counts.get(hex(row._id)) ?? {}));
}

export async function runRecord(plane: Plane, row: RunDocument): Promise<Pathless<Run>> {
  const [record] = await runRecords(plane, row.tenantId, [row]);
  if (!record) throw notFound('run', hex(row._id));
  return record;
}
