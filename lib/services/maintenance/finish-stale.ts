import type { StaleKind } from '../../domain/maintenance/schema';
import { expireIdle } from '../../store/sessions';
import { removeStale, type StaleQuery, type StaleRow, type StaleRule } from '../../store/stale-records';
import { abandonCalls } from '../../store/tool-calls';
import type { Plane } from '../context';
import { tryLapsing, trySettling } from '../dispatches/sweep';

/** Ends or removes these, as far as they are still stale; answers with how many. */
export function finishStale(plane: Plane, rule: StaleRule, query: StaleQuery, rows: StaleRow[]): Promise<number> {
  const end = ENDS[rule.kind];
  return end ? end(plane, rows) : removeStale(plane.collections, rule, query, rows);
}

/** The rest is removed. */
const ENDS: Partial<Record<StaleKind, (plane: Plane, rows: StaleRow[]) => Promise<number>>> = {
  'expired-session': (plane, rows) => countEach(rows, ({ _id }) => expireIdle(plane.collections, { _id })),
  'lapsed-claim': (plane, rows) => countEach(rows, row => endLapsed(plane, row)),
  'abandoned-tool-call': (plane, rows) => abandonCalls(plane.collections, { _id: { $in: rows.map(({ _id }) => _id) } }),
};

async function endLapsed(plane: Plane, { _id, epoch = 0 }: StaleRow): Promise<boolean> {
  const ended = await tryLapsing(plane, { _id, epoch });
  if (ended) await trySettling(plane, ended);
  return ended !== null;
}

async function countEach(rows: StaleRow[], end: (row: StaleRow) => Promise<boolean>): Promise<number> {
  let count = 0;
  for (const row of rows) if (await end(row)) count += 1;
  return count;
}
