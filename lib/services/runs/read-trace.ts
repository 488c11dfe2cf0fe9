import { requirePermission } from '../../auth/policy';
import { invalidField, notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ReadTrace, Traced, TraceEntry } from '../../domain/run/trace';
import type {
  ActivityDocument,
  DispatchDocument,
  MessageDocument,
  ObjectId,
  ReportDocument,
  RunDocument,
} from '../../store/documents';
import { derivedId, hex, iso, pathId } from '../../store/ids';
import {
  findSources,
  tracedActivity,
  tracedDispatches,
  tracedMessages,
  tracedReports,
  tracedStops,
  tracedTasks,
  type TraceQuery,
} from '../../store/run-trace';
import { findRun, findRunTasks } from '../../store/runs';
import { byPlace, decodeTimePlace, encodeTimePlace, type TimePlace } from '../../store/time-cursor';
import type { Collections } from '../../store/collections';
import { legible, legibleOne } from '../../store/to-record/legible';
import type { Context } from '../context';

interface Placed extends TimePlace {
  entry: TraceEntry;
}

/** Every change of a run, oldest first, each with the two steps up to where it came from. */
export async function readTrace(ctx: Context, id: string, { limit, cursor }: ReadTrace): Promise<Page<TraceEntry>> {
  requirePermission(ctx.principal, 'runs:read');
  const { plane, principal } = ctx;
  const run = await findRun(plane.collections, principal.tenantId, pathId('run', id));
  if (!run || legibleOne(run, runEntries) === null) throw notFound('run', id);
  const seen = splitCursor(cursor);
  // Two more than asked: what stands at the place itself comes again, and one tells whether there is more.
  const query = { tenantId: run.tenantId, runId: run._id, threadId: run.threadId, from: seen.place, limit: limit + 2 };
  const found = (await gather(plane.collections, run, query)).toSorted(inOrder);
  const left = found.filter(({ at, id: of, entry }) => isAfter(seen, { at, id: of }, entry.what));
  const page = left.slice(0, limit);
  const last = left.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map(({ entry }) => entry),
    nextCursor: last ? `${encodeTimePlace(last)}.${last.entry.what}` : null,
  };
}

interface Seen {
  place: TimePlace | null;
  what: string;
}

function splitCursor(cursor: string | undefined): Seen {
  if (cursor === undefined) return { place: null, what: '' };
  const at = cursor.indexOf('.');
  if (at === -1) throw invalidField('cursor', `got '${cursor.slice(0, 40)}', wants the nextCursor of an earlier page`);
  return { place: decodeTimePlace(cursor.slice(0, at)), what: cursor.slice(at + 1) };
}

const place = byPlace(1);
const isSame = (a: TimePlace, b: TimePlace): boolean => a.at.getTime() === b.at.getTime() && a.id.equals(b.id);
const inOrder = (a: Placed, b: Placed): number => (isSame(a, b) ? (a.entry.what < b.entry.what ? -1 : 1) : place(a, b));
const isAfter = ({ place: seen, what }: Seen, at: TimePlace, of: string): boolean =>
  seen === null || (isSame(seen, at) ? of > what : place(seen, at) < 0);

async function gather(c: Collections, run: RunDocument, query: TraceQuery): Promise<Placed[]> {
  const tasks = await findRunTasks(c, run.tenantId, run._id);
  const ids = [run._id, ...tasks.map(({ _id }) => _id)];
  const [planned, over, stopped, claimed, ended, messages, reports, activity] = await Promise.all([
    tracedTasks(c, query, 'createdAt'),
    tracedTasks(c, query, 'ledger.doneAt'),
    tracedStops(c, query),
    tracedDispatches(c, query, 'claimedAt'),
    tracedDispatches(c, query, 'endedAt'),
    tracedMessages(c, query),
    tracedReports(c, query),
    tracedActivity(c, query, ids),
  ]);
  const up = hops(run);
  const sources = await taskOf(c, messages);
  return [
    ...runEntries(run),
    ...legible(planned, row => entry(row.createdAt, row._id, 'task.planned', 'task', row.createdBy, up.task)),
    ...legible(over, row =>
      entry(row.ledger.doneAt!, row._id, `task.${row.status}`, 'task', `agent:${row.assignedTo}`, up.task),
    ),
    ...legible(stopped, row => entry(row.updatedAt, row._id, `task.${row.status}`, 'task', 'switchboard', up.task)),
    ...legible(claimed, row => dispatchEntry(row, row.claimedAt, 'claimed', up)),
    ...legible(ended, row => dispatchEntry(row, row.endedAt!, row.status, up)),
    ...legible(messages, row => messageEntry(row, sources, up)),
    ...legible(reports, row => reportEntry(row, up)),
    ...legible(activity, row => activityEntry(row, up)),
  ];
}

type Via = [Traced, Traced];

const hops = (run: RunDocument) => {
  const runHop: Traced = { kind: 'run', id: hex(run._id) };
  const opener: Traced = { kind: 'person', id: run.createdBy };
  return {
    run: runHop,
    task: [runHop, opener] as Via,
    intent: [{ kind: 'message', id: hex(derivedId(run._id, 'intent')) }, opener] as Via,
  };
};
type Hops = ReturnType<typeof hops>;

const entry = (at: Date, id: ObjectId, what: string, kind: Traced['kind'], by: string, via: Via): Placed => ({
  at,
  id,
  entry: { at: iso(at), what, record: { kind, id: hex(id) }, by, via },
});

function runEntries(run: RunDocument): Placed[] {
  const via = hops(run).intent;
  return [
    entry(run.createdAt, run._id, 'run.opened', 'run', run.createdBy, via),
    ...(run.endedAt ? [entry(run.endedAt, run._id, `run.${run.status}`, 'run', `agent:${run.plannerType}`, via)] : []),
  ];
}

function dispatchEntry(row: DispatchDocument, at: Date, verb: string, up: Hops): Placed {
  const via: Via = [{ kind: row.source.kind, id: hex(row.source.id) }, up.run];
  const by = verb === 'claimed' ? row.consumer : `agent:${row.agentType}`;
  return entry(at, row._id, `dispatch.${verb}`, 'dispatch', by, via);
}

async function taskOf(c: Collections, messages: MessageDocument[]): Promise<Map<string, Traced>> {
  const ids = messages.flatMap(({ from }) => (from?.dispatchId ? [from.dispatchId] : []));
  const rows = ids.length === 0 ? [] : await findSources(c, ids);
  return new Map(legible(rows, ({ _id, source }) => [hex(_id), { kind: source.kind, id: hex(source.id) }] as const));
}

function messageEntry(row: MessageDocument, sources: Map<string, Traced>, up: Hops): Placed {
  const { kind, id, dispatchId } = row.from;
  const source = dispatchId ? sources.get(hex(dispatchId)) : undefined;
  const via: Via =
    dispatchId && source
      ? [{ kind: 'dispatch', id: hex(dispatchId) }, source]
      : kind === 'system'
        ? up.task
        : [{ kind: 'person', id }, up.run];
  return entry(row.createdAt, row._id, `message.${row.kind}`, 'message', `${kind}:${id}`, via);
}

function reportEntry(row: ReportDocument, up: Hops): Placed {
  const task: Traced = { kind: 'task', id: hex(row.taskId) };
  const via: Via = row.dispatchId ? [{ kind: 'dispatch', id: hex(row.dispatchId) }, task] : [task, up.run];
  return entry(row.createdAt, row._id, `report.${row.kind}`, 'report', row.createdBy, via);
}

/** The log's own row has no page: the record is what was done something to. */
function activityEntry({ at, _id, action, subject, actor }: ActivityDocument, up: Hops): Placed {
  const record: Traced = { kind: subject.kind === 'run' ? 'run' : 'task', id: subject.id };
  return {
    at,
    id: _id,
    entry: { at: iso(at), what: action, record, by: actor.id, via: [{ kind: 'person', id: actor.id }, up.run] },
  };
}
