import { DEFAULT_TENANT } from '../../../domain/fields';
import { MAX_HOPS, type MessageKind } from '../../../domain/message/schema';
import { RAW_INSERT } from '../../../domain/message/sender';
import type { MessageAdoption } from '../../../store/adoption';
import type { MessageDocument } from '../../../store/documents';
import { hex } from '../../../store/ids';
import { findRawMessages } from '../../../store/messages';
import { findOnlyHumanQuestions, findUnbroughtOf } from '../../../store/questions';
import { asObjectId, type RawMessage } from '../../../store/raw-document';
import type { Plane } from '../../context';
import { isAmongPeople, type Replied } from '../address-reply';
import { finishReply } from '../finish-reply';

/** What raw messages reply to, as it stands. */
export interface RepliedTo {
  /** By hex id. */
  messages: ReadonlyMap<string, RawMessage>;
  /** The one question of a thread that waits for a person, by its hex id. */
  questions: ReadonlyMap<string, RawMessage>;
}
export const NOTHING_REPLIED_TO: RepliedTo = { messages: new Map(), questions: new Map() };

export const isReply = ({ inReplyTo }: RawMessage): boolean => inReplyTo !== undefined && inReplyTo !== null;

/** In one read each; most are no replies, and then in none. */
export async function readRepliedTo({ collections: c }: Plane, rows: RawMessage[]): Promise<RepliedTo> {
  const ids = rows.flatMap(({ inReplyTo }) => asObjectId(inReplyTo) ?? []);
  const unsaid = rows.filter(row => mayAnswerUnsaid(row) && asObjectId(row.threadId) !== null);
  const threadIds = unsaid.flatMap(({ threadId }) => asObjectId(threadId) ?? []);
  const tenantIds = unsaid.map(tenantOf).filter(tenantId => typeof tenantId === 'string');
  const [found, questions] = await Promise.all([
    ids.length > 0 ? findRawMessages(c, ids) : [],
    threadIds.length > 0 ? findOnlyHumanQuestions(c, [...new Set(tenantIds)], threadIds) : [],
  ]);
  return {
    messages: new Map(found.map(row => [hex(row._id), row as RawMessage])),
    questions: new Map(questions.map(row => [hex(row.threadId), row as unknown as RawMessage])),
  };
}

/** What a person says in a thread that waits for one of them is the answer, unless it names somebody to work on it. */
const mayAnswerUnsaid = (raw: RawMessage): boolean =>
  !isReply(raw) && (raw.assignedTo ?? null) === null && senderOfRaw(raw).kind === 'user';

export const senderOfRaw = ({ from }: RawMessage): Pick<MessageDocument['from'], 'kind' | 'id'> => ({
  kind: from?.kind ?? 'user',
  id: from?.id ?? RAW_INSERT,
});

const tenantOf = ({ tenantId }: RawMessage): unknown => tenantId ?? DEFAULT_TENANT;

function sourceOf(raw: RawMessage, { messages, questions }: RepliedTo): RawMessage | null {
  const named = isReply(raw) ? at(messages, raw.inReplyTo) : null;
  const source = named ?? (mayAnswerUnsaid(raw) ? at(questions, raw.threadId) : null);
  return source && tenantOf(source) === tenantOf(raw) ? source : null;
}

function at(known: ReadonlyMap<string, RawMessage>, value: unknown): RawMessage | null {
  const id = asObjectId(value);
  return (id && known.get(hex(id))) ?? null;
}

/** One more than what it replies to, which may have come raw with it; a circle of those is too long by itself. */
export function hopsOfRaw(raw: RawMessage, repliedTo: RepliedTo, steps = 0): number {
  if (typeof raw.hops === 'number') return raw.hops;
  const source = steps <= MAX_HOPS ? sourceOf(raw, repliedTo) : null;
  return source ? hopsOfRaw(source, repliedTo, steps + 1) + 1 : 0;
}

/** What a reply that names nobody is addressed by. Null: it names somebody, or nobody on purpose, or is no reply. */
export function addressedBy(raw: RawMessage, repliedTo: RepliedTo): Replied | null {
  const source = raw.assignedTo === undefined && isReply(raw) ? sourceOf(raw, repliedTo) : null;
  if (!source) return null;
  const from = senderOfRaw(source);
  // It may be raw itself, and malformed.
  if (typeof from.id !== 'string' || isAmongPeople(senderOfRaw(raw), { from })) return null;
  return { from, kind: source.kind ?? 'message', expectsReply: source.expectsReply === true };
}

const MAY_ANSWER: (MessageKind | null)[] = [null, 'message', 'answer'];

/** The question it answers, as through the API: people answer any, an agent the one that it was asked. */
export function answeredByRaw(raw: RawMessage, repliedTo: RepliedTo): RawMessage | null {
  const question = sourceOf(raw, repliedTo);
  if (question?.kind !== 'question' || !(question.rankAt instanceof Date) || question['deletedAt']) return null;
  if (!MAY_ANSWER.includes(raw.kind ?? null) || raw.status === 'cancelled') return null;
  return raw.from?.kind !== 'agent' || raw.from.id === question.assignedTo ? question : null;
}

/** Of messages taken up together, what is said where an earlier one of them answers already; a reply says that it is one. */
export function saidAfterAnswer(adoptions: MessageAdoption[]): Set<string> {
  const answers = adoptions
    .filter(({ defaults }) => defaults.wakes)
    .map(({ document, defaults }) => ({ document, id: hex(document._id), questionId: hex(defaults.inReplyTo!) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const first = new Map(answers.toReversed().map(({ id, questionId }) => [questionId, id]));
  const later = answers.filter(({ id, questionId, document }) => first.get(questionId) !== id && !isReply(document));
  return new Set(later.map(({ id }) => id));
}

/** Wakes whoever asked, by what was really taken up: a driver may have changed it meanwhile. */
export async function bringAnswers(plane: Plane, adoptions: MessageAdoption[]): Promise<void> {
  const ids = adoptions.flatMap(({ defaults, document }) => (defaults.wakes ? [document._id] : []));
  if (ids.length === 0) return;
  const rows = await findUnbroughtOf(plane.collections, ids);
  // In their order: of two that came together the first wakes the asker.
  for (const row of rows) await finishReply(plane, row);
}
