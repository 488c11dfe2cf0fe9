import type { Collections } from './collections';
import type { ObjectId } from './documents';
import { bodyId, hex } from './ids';
import { toThread } from './to-record/work';

const LIVE = { deletedAt: { $exists: false } };

/** What tasks and threads are called, by id: a read each for a whole page, of titles alone. */
export async function findTitles(
  c: Collections,
  tenantId: string,
  ids: { tasks: string[]; threads: string[] },
): Promise<Map<string, string>> {
  const those = (named: string[]) => ({ _id: { $in: named.map(id => bodyId('id', id)) }, tenantId, ...LIVE });
  const [tasks, threads] = await Promise.all([
    ids.tasks.length === 0 ? [] : c.tasks.find(those(ids.tasks), { projection: { title: 1 } }).toArray(),
    ids.threads.length === 0
      ? []
      : c.threads.find(those(ids.threads), { projection: { subject: 1, title: 1 } }).toArray(),
  ]);
  return new Map(
    [
      ...tasks.map(({ _id, title }) => [hex(_id), title] as const),
      ...threads.map(row => [hex(row._id), toThread(row).title] as const),
      // A driver may have made something else of it.
    ].filter(([, title]) => typeof title === 'string' && title !== ''),
  );
}

/** What people called these threads; not in it is one that has no subject. One read for a whole page. */
export async function findSubjects(c: Collections, tenantId: string, ids: ObjectId[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await c.threads.find({ _id: { $in: ids }, tenantId, ...LIVE }, { projection: { subject: 1 } }).toArray();
  return new Map(
    rows.flatMap(({ _id, subject }) =>
      // A driver may have made something else of it.
      typeof subject === 'string' && subject !== '' ? [[hex(_id), subject] as const] : [],
    ),
  );
}
