import { DEFAULT_TENANT } from '../../domain/fields';
import { MAX_HOPS, type MessageKind } from '../../domain/message/schema';
import type { MessageAdoption } from '../../store/adoption';
import { hex } from '../../store/ids';
import { findRawMessages } from '../../store/messages';
import { findUnbroughtOf } from '../../store/questions';
import { asObjectId, type RawMessage } from '../../store/raw-document';
import type { Plane } from '../context';
import { finishReply } from './finish-reply';

/** What raw messages reply to, as it stands, by hex id. */
export type RepliedTo = ReadonlyMap<string, RawMessage>;
export const NOTHING_REPLIED_TO: RepliedTo = new Map();

export const isReply = ({ inReplyTo }: RawMessage): boolean => inReplyTo !== undefined && inReplyTo !== null;

/** In one read; most are no replies, and then in none. */
export async function readRepliedTo({ collections }: Plane, rows: RawMessage[]): Promise<RepliedTo> {
  const ids = rows.flatMap(({ inReplyTo }) => asObjectId(inReplyTo) ?? []);
  if (ids.length === 0) return NOTHING_REPLIED_TO;
  const found = (await findRawMessages(collections, ids)) as RawMessage[];
  return new Map(found.map(row => [hex(row._id), row]));
}

const tenantOf = ({ tenantId }: RawMessage): unknown => tenantId ?? DEFAULT_TENANT;

function sourceOf(raw: RawMessage, repliedTo: RepliedTo): RawMessage | null {
  const id = asObjectId(raw.inReplyTo);
  const source = id && repliedTo.get(hex(id));
  return source && tenantOf(source) === tenantOf(raw) ? source : null;
}

/** One more than what it replies to, which may have come raw with it; a circle of those is too long by itself. */
export function hopsOfRaw(raw: RawMessage, repliedTo: RepliedTo, steps = 0): number {
  if (typeof raw.hops === 'number') return raw.hops;
  const source = steps <= MAX_HOPS ? sourceOf(raw, repliedTo) : null;
  return source ? hopsOfRaw(source, repliedTo, steps + 1) + 1 : 0;
}

const MAY_ANSWER: (MessageKind | null)[] = [null, 'message', 'answer'];

/** As through the API: people answer any question, an agent the one that it was asked. */
export function answersRaw(raw: RawMessage, repliedTo: RepliedTo): boolean {
  const question = sourceOf(raw, repliedTo);
  if (question?.kind !== 'question' || !(question.rankAt instanceof Date) || question['deletedAt']) return false;
  if (!MAY_ANSWER.includes(raw.kind ?? null) || raw.status === 'cancelled') return false;
  return raw.from?.kind !== 'agent' || raw.from.id === question.assignedTo;
}

/** Wakes whoever asked, by what was really taken up: a driver may have changed it meanwhile. */
export async function bringAnswers(plane: Plane, adoptions: MessageAdoption[]): Promise<void> {
  const ids = adoptions.flatMap(({ defaults, document }) => (defaults.wakes ? [document._id] : []));
  if (ids.length === 0) return;
  const rows = await findUnbroughtOf(plane.collections, ids);
  // In their order: of two that came together the first wakes the asker.
  for (const row of rows) await finishReply(plane, row);
}
