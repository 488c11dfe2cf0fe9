import type { Document, Filter, ObjectId } from 'mongodb';
import { YIELDS_MS } from '../domain/dispatch/ranking';
import { PRIORITIES } from '../domain/fields';
import type { Collections } from './collections';
import type { TaskDocument } from './documents';
import { insertOrFind } from './insert-or-find';
import { listPage, type PageRequest } from './list-page';
import { areIds } from './raw-document';

export const findTask = (c: Collections, tenantId: string, id: ObjectId): Promise<TaskDocument | null> =>
  c.tasks.findOne({ _id: id, tenantId, rankAt: { $type: 'date' }, deletedAt: { $exists: false } });

/** Tasks that waited for this one and now have all they need become ready. */
export const readyDependents = (c: Collections, tenantId: string, doneId: ObjectId): Promise<number> =>
  readyWhole(c, tenantId, { dependsOn: doneId });

const YIELDS = PRIORITIES.reduce<Document | number>(
  (otherwise, priority) => ({ $cond: [{ $eq: ['$priority', priority] }, YIELDS_MS[priority], otherwise] }),
  YIELDS_MS.normal,
);

/**
 * Of the pending tasks that match, at most `limit` of them (0: all), those that have all they need become ready. Also for
 * one that was just written: what it depends on may have been done between the look at it and the write. Not one that
 * nobody has taken up yet: that looks for itself.
 */
export async function readyWhole(
  c: Collections,
  tenantId: string,
  which: Filter<TaskDocument>,
  limit = 0,
): Promise<number> {
  const taken = { tenantId, status: 'pending', rankAt: { $type: 'date' } };
  const rows = await c.tasks
    .find({ ...which, ...taken } as Filter<TaskDocument>, { projection: { dependsOn: 1 } })
    .limit(limit)
    .toArray();
  // Nobody can tell when one has all it needs whose list cannot be read; it holds up none of the others.
  const pending = rows.filter(({ dependsOn }) => areIds(dependsOn));
  if (pending.length === 0) return 0;
  const done = await c.tasks
    .find(
      { tenantId, status: 'done', _id: { $in: pending.flatMap(task => task.dependsOn) } },
      { projection: { _id: 1 } },
    )
    .toArray();
  const doneIds = new Set(done.map(({ _id }) => _id.toHexString()));
  const ready = pending.filter(task => task.dependsOn.every(id => doneIds.has(id.toHexString())));
  if (ready.length === 0) return 0;
  const result = await c.tasks.updateMany({ _id: { $in: ready.map(({ _id }) => _id) }, status: 'pending' }, [
    {
      $set: {
        status: 'ready',
        availableAt: '$$NOW',
        // It waits from now on: by how long others took it would pass all that is more urgent.
        rankAt: { $add: ['$$NOW', YIELDS] },
        updatedAt: '$$NOW',
      },
    },
  ]);
  return result.modifiedCount;
}

export type NewTask = Omit<TaskDocument, 'createdAt' | 'updatedAt' | 'rankAt' | 'availableAt'>;

const stored = (task: NewTask, yieldsMs: number): Document => ({
  $mergeObjects: [
    { $literal: task },
    {
      createdAt: '$$NOW',
      updatedAt: '$$NOW',
      availableAt: '$$NOW',
      rankAt: { $add: ['$$NOW', yieldsMs] },
      ledger: { storedAt: '$$NOW' },
    },
  ],
});

export async function insertTask(c: Collections, yieldsMs: number, task: NewTask): Promise<TaskDocument> {
  const insert = () =>
    c.tasks.findOneAndUpdate(
      { _id: task._id, createdAt: { $exists: false } },
      [{ $replaceWith: stored(task, yieldsMs) }],
      { upsert: true, returnDocument: 'after' },
    );
  return insertOrFind(c.tasks, task._id, insert);
}

/** Many, in this order, in one round trip; one that is there already is left as it is. */
export async function putTasks(c: Collections, tasks: { task: NewTask; yieldsMs: number }[]): Promise<void> {
  const models = tasks.map(({ task, yieldsMs }) => ({
    updateOne: {
      filter: { _id: task._id },
      update: [
        { $replaceWith: { $cond: [{ $eq: [{ $type: '$createdAt' }, 'missing'] }, stored(task, yieldsMs), '$$ROOT'] } },
      ],
      upsert: true,
    },
  }));
  await c.tasks.bulkWrite(models, { ordered: true });
}

export const findTasksById = (c: Collections, tenantId: string, ids: ObjectId[]): Promise<TaskDocument[]> =>
  c.tasks.find({ tenantId, _id: { $in: ids }, deletedAt: { $exists: false } }).toArray();

export const listTaskPage = <R>(
  c: Collections,
  filter: Filter<TaskDocument>,
  page: PageRequest,
  toRecord: (row: TaskDocument) => R,
) =>
  listPage(
    c.tasks,
    { ...filter, rankAt: { $type: 'date' }, deletedAt: { $exists: false } } as Filter<TaskDocument>,
    { direction: -1 },
    page,
    toRecord,
  );

/** Only while it stands as it was read. Null: where it stood, whom it was for or how urgent it was is another by now. */
export const changeTaskAsRead = (
  c: Collections,
  { _id, tenantId, status, assignedTo, priority }: TaskDocument,
  set: Document,
): Promise<TaskDocument | null> =>
  c.tasks.findOneAndUpdate(
    { _id, tenantId, status, assignedTo, priority, deletedAt: { $exists: false } },
    [{ $set: { ...set, updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );

/** Only while nobody runs it. Null: its status was another. */
export const changeIdleTask = (
  c: Collections,
  tenantId: string,
  id: ObjectId,
  statuses: TaskDocument['status'][],
  set: Document,
): Promise<TaskDocument | null> =>
  c.tasks.findOneAndUpdate(
    { _id: id, tenantId, status: { $in: statuses }, deletedAt: { $exists: false } },
    [{ $set: { ...set, updatedAt: '$$NOW' } }],
    { returnDocument: 'after' },
  );

export const findRawTask = (c: Collections, id: ObjectId) => c.tasks.findOne({ _id: id }) as Promise<Document | null>;

/** As `adoptMessage`: the first to fill in what a raw insert left out wins. */
export async function adoptTaskRow(
  c: Collections,
  id: ObjectId,
  defaults: Omit<NewTask, '_id' | 'ledger'>,
  yieldsMs: number,
  storedAt: Date | null,
): Promise<TaskDocument | null> {
  const fill = Object.fromEntries(Object.entries(defaults).map(([field, value]) => [field, { $literal: value }]));
  return c.tasks.findOneAndUpdate(
    { _id: id, rankAt: null } as unknown as Filter<TaskDocument>,
    [
      {
        $set: {
          ...fill,
          createdAt: { $ifNull: ['$createdAt', storedAt ?? '$$NOW'] },
          updatedAt: '$$NOW',
          adoptedAt: '$$NOW',
          availableAt: '$$NOW',
          rankAt: { $add: ['$$NOW', yieldsMs] },
          ledger: { storedAt: storedAt ?? '$$NOW' },
        },
      },
      // Only the plane can say who handed it over, and what a person ended it with.
      { $unset: ['handoff', 'acceptedFrom'] },
    ],
    { returnDocument: 'after' },
  );
}

export const findUnadoptedTasks = (c: Collections, afterId: ObjectId | null, limit: number) =>
  c.tasks
    .find({ rankAt: null, ...(afterId ? { _id: { $gt: afterId } } : {}) } as unknown as Filter<TaskDocument>, {
      projection: { _id: 1 },
    })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
