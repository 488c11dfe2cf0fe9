import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import { senderTier, tierOf } from '../../domain/message/sender';
import type { InboxItem, InboxKind, ListInboxItems } from '../../domain/inbox/schema';
import type { DispatchDocument, MessageDocument, ObjectId, TaskDocument } from '../../store/documents';
import { hex, iso } from '../../store/ids';
import {
  findAskers,
  findLateOutputs,
  findMessagesToPeople,
  findOpenQuestions,
  findStuckMessages,
  findStuckTasks,
  type InboxQuery,
} from '../../store/inbox-items';
import type { Collections } from '../../store/collections';
import { legible } from '../../store/to-record/legible';
import { bodyOf } from '../../store/to-record/work';
import { findSubjects } from '../../store/work-titles';
import { byPlace, decodeTimePlace, encodeTimePlace, type TimePlace } from '../../store/time-cursor';
import type { Context } from '../context';

/** As much as a list shows; the record has the rest. */
const MAX_TEXT_CHARACTERS = 2_000;

/** One that cannot be read has its place all the same: the page it falls out of goes on from there. */
interface Placed extends TimePlace {
  toItem: () => InboxItem;
  /** Of a message that stands still: people know it by what this thread is called. */
  calledAs?: ObjectId;
}

/** What waits for a person, newest first, of all kinds or one. */
export async function listInboxItems(
  ctx: Context,
  { limit, cursor, q, kind }: ListInboxItems,
): Promise<Page<InboxItem>> {
  requirePermission(ctx.principal, 'dispatches:read');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const query = {
    tenantId: principal.tenantId,
    q,
    after: decodeTimePlace(cursor),
    limit: limit + 1,
    now: plane.clock.now(),
  };
  const kinds = kind ? [kind] : (Object.keys(SOURCES) as InboxKind[]);
  const found = await Promise.all(kinds.map(each => SOURCES[each](plane.collections, query)));
  const placed = found.flat().toSorted(byPlace(-1));
  const page = placed.slice(0, limit);
  const last = placed.length > limit ? page.at(-1) : undefined;
  const subjects = await findSubjects(
    plane.collections,
    principal.tenantId,
    page.flatMap(({ calledAs }) => calledAs ?? []),
  );
  const items = legible(page, ({ toItem, calledAs }) => withSubject(toItem(), calledAs && subjects.get(hex(calledAs))));
  return { items, nextCursor: last ? encodeTimePlace(last) : null };
}

const withSubject = (item: InboxItem, subject: string | undefined): InboxItem =>
  subject === undefined ? item : { ...item, subject };

type Query = InboxQuery & { now: number };

const SOURCES: Record<InboxKind, (c: Collections, query: Query) => Promise<Placed[]>> = {
  question: async (c, query) => asked(c, query, 'question'),
  blocker: async (c, query) => [
    ...(await asked(c, query, 'blocker')),
    ...(await findStuckTasks(c, query, 'incomplete')).map(row => taskItem('blocker', row)),
  ],
  message: async (c, query) => (await findMessagesToPeople(c, query)).map(plainItem),
  'late-output': async (c, query) => (await findLateOutputs(c, query)).map(lateItem),
  dead: async (c, query) => [
    ...(await findStuckMessages(c, query, 'dead')).map(row => messageItem('dead', row)),
    ...(await findStuckTasks(c, query, 'dead')).map(row => taskItem('dead', row)),
  ],
  'loop-stopped': async (c, query) =>
    (await findStuckMessages(c, query, 'loop-stopped')).map(row => messageItem('loop-stopped', row)),
  unroutable: async (c, query) =>
    (await findStuckMessages(c, query, 'unroutable')).map(row => messageItem('unroutable', row)),
};

async function asked(c: Collections, query: Query, kind: 'question' | 'blocker'): Promise<Placed[]> {
  const rows = await findOpenQuestions(c, query, kind === 'blocker');
  const ids = rows.map(({ _id }) => _id);
  const askers = ids.length === 0 ? [] : await findAskers(c, ids);
  const byQuestion = new Map(legible(askers, row => [hex(row.question!.id), row] as const));
  return rows.map(row => questionItem(kind, row, byQuestion.get(hex(row._id)), query.now));
}

function questionItem(kind: InboxKind, row: MessageDocument, asker: DispatchDocument | undefined, now: number): Placed {
  const { default: fallback = null, deadline = null, blocker, remindedAt } = asker?.question ?? {};
  return {
    at: row.createdAt,
    id: row._id,
    toItem: () => ({
      kind,
      id: hex(row._id),
      at: iso(row.createdAt),
      threadId: hex(row.threadId),
      ...(asker ? ofDispatch(asker) : {}),
      text: bodyOf(row).slice(0, MAX_TEXT_CHARACTERS),
      ...ofSender(row),
      ...(blocker ? { reason: blocker.reason, needs: blocker.needs } : {}),
      ...(row.options ? { options: row.options } : {}),
      ...(fallback === null ? {} : { default: fallback }),
      ...(deadline === null ? {} : { deadline: iso(deadline) }),
      ...(remindedAt ? { remindedAt: iso(remindedAt) } : {}),
      ...(deadline !== null && deadline.getTime() <= now ? { overdue: true } : {}),
    }),
  };
}

const ofDispatch = ({ _id, source, run }: DispatchDocument) => ({
  ...(source.kind === 'task' ? { taskId: hex(source.id) } : {}),
  ...(run ? { runId: hex(run.id) } : {}),
  dispatchId: hex(_id),
});

const ofSender = ({ from, onBehalfOf, priority }: MessageDocument) => ({
  from: { kind: from.kind, id: from.id, tier: senderTier(from) },
  ...(onBehalfOf ? { onBehalfOf } : {}),
  priority,
});

const ofWork = ({ assignedTo, reason }: Pick<MessageDocument | TaskDocument, 'assignedTo' | 'reason'>) => ({
  ...(assignedTo ? { assignedTo } : {}),
  ...(reason ? { reason } : {}),
});

const messageItem = (kind: InboxKind, row: MessageDocument): Placed => ({
  at: row.updatedAt,
  id: row._id,
  calledAs: row.threadId,
  toItem: () => ({
    kind,
    id: hex(row._id),
    at: iso(row.updatedAt),
    threadId: hex(row.threadId),
    ...(row.dispatchId ? { dispatchId: hex(row.dispatchId) } : {}),
    text: textOf(bodyOf(row), row.reason),
    ...ofSender(row),
    ...ofWork(row),
  }),
});

const plainItem = (row: MessageDocument): Placed => ({
  at: row.createdAt,
  id: row._id,
  toItem: () => ({
    kind: 'message',
    id: hex(row._id),
    at: iso(row.createdAt),
    threadId: hex(row.threadId),
    ...(row.from.dispatchId ? { dispatchId: hex(row.from.dispatchId) } : {}),
    text: bodyOf(row).slice(0, MAX_TEXT_CHARACTERS),
    ...ofSender(row),
  }),
});

const taskItem = (kind: InboxKind, row: TaskDocument): Placed => ({
  at: row.updatedAt,
  id: row._id,
  toItem: () => ({
    kind,
    id: hex(row._id),
    at: iso(row.updatedAt),
    ...(row.threadId ? { threadId: hex(row.threadId) } : {}),
    taskId: hex(row._id),
    ...(row.runId ? { runId: hex(row.runId) } : {}),
    ...(row.dispatchId ? { dispatchId: hex(row.dispatchId) } : {}),
    text: textOf(row.title, row.reason),
    ...ofWork(row),
    priority: row.priority,
  }),
});

function lateItem(row: DispatchDocument): Placed {
  const at = row.lateOutput!.at;
  return {
    at,
    id: row._id,
    toItem: () => ({
      kind: 'late-output',
      id: hex(row._id),
      at: iso(at),
      ...(row.threadId ? { threadId: hex(row.threadId) } : {}),
      ...ofDispatch(row),
      text: row.lateOutput!.output.slice(0, MAX_TEXT_CHARACTERS),
      from: { kind: 'agent', id: row.agentType, tier: row.run?.tier ?? tierOf('agent') },
    }),
  };
}

/** Why it stands still first: that is what a person acts on. */
const textOf = (text: string, reason: string | null): string =>
  [reason, text].filter(Boolean).join('\n').slice(0, MAX_TEXT_CHARACTERS);
