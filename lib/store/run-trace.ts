import type { Collection, Document, Filter, ObjectId, WithId } from 'mongodb';
import type { Collections } from './collections';
import type { ActivityDocument, DispatchDocument, MessageDocument, ReportDocument, TaskDocument } from './documents';
import { hex } from './ids';
import type { TimePlace } from './time-cursor';

/** What happened in a run, by collection and time, oldest first. Texts stay where they are. */

export interface TraceQuery {
  tenantId: string;
  runId: ObjectId;
  threadId: ObjectId;
  /** From there on, what stands there itself too: one record may have changed twice in a millisecond. */
  from: TimePlace | null;
  limit: number;
}

const fromPlace = (place: TimePlace | null, field: string): Document =>
  place ? { $or: [{ [field]: { $gt: place.at } }, { [field]: place.at, _id: { $gte: place.id } }] } : {};

function inTime<T extends Document>(
  collection: Collection<T>,
  filter: Document,
  field: string,
  { tenantId, from, limit }: TraceQuery,
  projection: Document,
): Promise<WithId<T>[]> {
  return collection
    .find({ $and: [{ tenantId, [field]: { $type: 'date' }, ...filter }, fromPlace(from, field)] } as Filter<T>, {
      projection,
    })
    .sort({ [field]: 1, _id: 1 })
    .limit(limit)
    .toArray();
}

export const tracedTasks = (c: Collections, query: TraceQuery, field: string): Promise<TaskDocument[]> =>
  inTime(c.tasks, { runId: query.runId, rankAt: { $type: 'date' } }, field, query, { input: 0, result: 0, handoff: 0 });

/** What ended a task and left no time of its own: it is not written again after that. */
export const tracedStops = (c: Collections, query: TraceQuery): Promise<TaskDocument[]> =>
  inTime(
    c.tasks,
    { runId: query.runId, rankAt: { $type: 'date' }, status: { $in: ['cancelled', 'dead'] } },
    'updatedAt',
    query,
    { input: 0, result: 0, handoff: 0 },
  );

export const tracedDispatches = (c: Collections, query: TraceQuery, field: string): Promise<DispatchDocument[]> =>
  inTime(c.dispatches, { 'run.id': { $eq: query.runId, $exists: true } }, field, query, {
    output: 0,
    lateOutput: 0,
    lateBehind: 0,
    deliverables: 0,
  });

export const tracedMessages = (c: Collections, query: TraceQuery): Promise<MessageDocument[]> =>
  inTime(c.messages, { threadId: query.threadId, rankAt: { $type: 'date' } }, 'createdAt', query, { body: 0 });

export const tracedReports = (c: Collections, query: TraceQuery): Promise<ReportDocument[]> =>
  inTime(c.reports, { runId: query.runId }, 'createdAt', query, { said: 0 });

/** What people did to the run and its tasks. */
export const tracedActivity = (c: Collections, query: TraceQuery, ids: ObjectId[]): Promise<ActivityDocument[]> =>
  inTime(c.activity, { 'subject.id': { $in: ids.map(hex) } }, 'at', query, { changes: 0 });

/** The work of these dispatches, for the second step of a message. */
export const findSources = (c: Collections, ids: ObjectId[]): Promise<DispatchDocument[]> =>
  c.dispatches.find({ _id: { $in: ids } }, { projection: { source: 1 } }).toArray();
