import { BSON, type Document } from 'mongodb';

/** What the validators hold every record to. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;
/**
 * What the plane adds to a record while it lives: defaults, places, times, a reason of up to 2,000 characters. Not a
 * task's result, which is shortened where it does not fit.
 */
const ROOM_BYTES = 8 * 1024;
const MOST_BYTES = MAX_DOCUMENT_BYTES - ROOM_BYTES;

/** Why a raw record cannot be worked with for its length; null: it can. The database took it, and would take no update. */
export function tooLong(raw: Document): string | null {
  const bytes = sizeOf(raw);
  return bytes <= MOST_BYTES ? null : `the whole record: got ${bytes} bytes, wants at most ${MOST_BYTES}`;
}

/** A field of a driver's own may look like another driver's BSON, which cannot be measured: it is let pass. */
function sizeOf(raw: Document): number {
  try {
    return BSON.calculateObjectSize(raw);
  } catch {
    return 0;
  }
}
