import { z } from 'zod';
import { invalidField } from '../../domain/errors';
import { Id } from '../../domain/fields';
import type { MessageDocument } from '../../store/documents';
import { hex } from '../../store/ids';

/**
 * How far a reader of an inbox is, in what it holds itself: it lives through any restart of ours. Arrival times are the
 * database's, but two writes become visible in either order; so everything after `floorMs` counts, except what was
 * seen.
 */
export interface InboxPosition {
  floorMs: number;
  seen: SeenMessage[];
}
type SeenMessage = [id: string, arrivedAtMs: number];

/** A write shows a majority commit after its time was taken; later than this is an outage, and those are read again. */
export const OVERLAP_MS = 5_000;
/** A position travels through a model's context: more than this within the overlap, and the overlap gives way. */
const MAX_SEEN = 50;
export const MAX_POSITION_CHARACTERS = 4_096;

const Shape = z.strictObject({
  floorMs: z.number().int().nonnegative(),
  seen: z.array(z.tuple([Id, z.number().int()])).max(MAX_SEEN),
});

export const encodeInboxPosition = (position: InboxPosition): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

export function decodeInboxPosition(text: string): InboxPosition {
  try {
    return Shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw invalidField(
      'after',
      `got '${text.slice(0, 40)}', wants the position of an earlier list_inbox or wait_for_message`,
    );
  }
}

/** At a moment, having seen these rows and all before. */
export const positionAt = (nowMs: number, rows: readonly Pick<MessageDocument, '_id' | 'arrivedAt'>[]): InboxPosition =>
  moveOn({ floorMs: Math.max(0, nowMs - OVERLAP_MS), seen: [] }, rows);

export function moveOn(
  from: InboxPosition,
  rows: readonly Pick<MessageDocument, '_id' | 'arrivedAt'>[],
): InboxPosition {
  const seen: SeenMessage[] = [
    ...from.seen,
    // Without a time, where a driver took it away, it does not arrive again either.
    ...rows.flatMap(({ _id, arrivedAt }): SeenMessage[] =>
      arrivedAt instanceof Date && Number.isFinite(arrivedAt.getTime()) ? [[hex(_id), arrivedAt.getTime()]] : [],
    ),
  ];
  seen.sort((a, b) => b[1] - a[1]);
  const newestMs = seen[0]?.[1] ?? 0;
  const crowdedMs = seen[MAX_SEEN]?.[1] ?? 0;
  const floorMs = Math.max(from.floorMs, newestMs - OVERLAP_MS, crowdedMs);
  return { floorMs, seen: seen.filter(([, atMs]) => atMs > floorMs) };
}
