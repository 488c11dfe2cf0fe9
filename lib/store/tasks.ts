import type { ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { TaskDocument } from './documents';

export const findTask = (c: Collections, tenantId: string, id: ObjectId): Promise<TaskDocument | null> =>
  c.tasks.findOne({ _id: id, tenantId, rankAt: { $type: 'date' }, deletedAt: { $exists: false } });

/** Tasks that waited for this one and now have all they need become ready. */
export async function readyDependents(c: Collections, tenantId: string, doneId: ObjectId): Promise<number> {
  const dependents = await c.tasks.find({ tenantId, dependsOn: doneId, status: 'pending' }).toArray();
  if (dependents.length === 0) return 0;
  const done = await c.tasks
    .find({ tenantId, status: 'done', _id: { $in: dependents.flatMap(task => task.dependsOn) } }, { projection: { _id: 1 } })
    .toArray();
  const doneIds = new Set(done.map(({ _id }) => _id.toHexString()));
  const ready = dependents.filter(task => task.dependsOn.every(id => doneIds.has(id.toHexString())));
  const result = await c.tasks.updateMany({ _id: { $in: ready.map(({ _id }) => _id) }, status: 'pending' }, [
    { $set: { status: 'ready', availableAt: '$$NOW', updatedAt: '$$NOW' } },
  ]);
  return result.modifiedCount;
}
