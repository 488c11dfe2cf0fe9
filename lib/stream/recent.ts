import { invalidField } from '../domain/errors';
import type { EventFilter, RecentEvent } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import { parsePosition } from '../wire/position';
import { decodeEntry } from './entry';
import type { EventMatcher } from './filter';
import type { EventRing } from './ring';

export interface RecentOptions {
  principal: Principal;
  filter: EventFilter;
  limit: number;
  /** Exclusive: only what came before this position. */
  before?: string;
}

export function recentEvents(ring: EventRing, matcher: EventMatcher, { limit, before }: RecentOptions): RecentEvent[] {
  const found: RecentEvent[] = [];
  for (let seq = endBefore(ring, before) - 1; seq >= ring.firstSeq && found.length < limit; seq -= 1) {
    const entry = ring.at(seq);
    if (matcher.matches(entry.head)) found.push(decodeEntry(entry));
  }
  return found;
}

function endBefore(ring: EventRing, before: string | undefined): number {
  if (before === undefined) return ring.endSeq;
  const parsed = parsePosition(before);
  if (parsed === null) throw invalidField('before', `got '${before.slice(0, 64)}', wants the id of an event`);
  const seq = ring.seqAfter(parsed.point);
  const isThere = seq > ring.firstSeq && ring.at(seq - 1).point === parsed.point;
  return isThere ? seq - 1 : seq;
}
