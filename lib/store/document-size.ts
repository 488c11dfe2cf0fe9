import { BSON, type Document } from 'mongodb';

/** What the validators hold every record to that a driver may insert. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;
/**
 * What the plane adds to a record while it lives: defaults, places, times, a reason of up to 2,000 characters. Not a
 * task's result, which is shortened where it does not fit.
 */
const ROOM_BYTES = 8 * 1024;

/**
 * By what the plane writes first into a record that may have come from a driver. A project is not among them: it is read
 * as it stands, and nothing is written into it.
 */
const IS_TAKEN_UP: Record<string, Document> = {
  messages: { $eq: [{ $type: '$rankAt' }, 'date'] },
  tasks: { $eq: [{ $type: '$rankAt' }, 'date'] },
  threads: { $isNumber: '$lastSeq' },
  'agent-types-config': { $eq: [{ $type: '$adoptedAt' }, 'date'] },
};
export const WITH_ROOM = Object.keys(IS_TAKEN_UP);

/**
 * `_id` is an ObjectId, and the size. What the plane has taken up has the room beside, so that a driver may fill a record
 * to the last byte and it is worked with all the same.
 */
export function validatorOf(collection: string): Document {
  const isTakenUp = IS_TAKEN_UP[collection];
  const most = isTakenUp
    ? { $cond: [isTakenUp, MAX_DOCUMENT_BYTES + ROOM_BYTES, MAX_DOCUMENT_BYTES] }
    : MAX_DOCUMENT_BYTES;
  return { _id: { $type: 'objectId' }, $expr: { $lte: [{ $bsonSize: '$$ROOT' }, most] } };
}

/**
 * Why a raw record cannot be worked with for its length; null: it can. The validators let none in; a driver may go past
 * them.
 */
export function tooLong(raw: Document): string | null {
  const bytes = sizeOf(raw);
  return bytes <= MAX_DOCUMENT_BYTES
    ? null
    : `the whole record: got ${bytes} bytes, wants at most ${MAX_DOCUMENT_BYTES}`;
}

/** A field of a driver's own may look like another driver's BSON, which cannot be measured: it is let pass. */
function sizeOf(raw: Document): number {
  try {
    return BSON.calculateObjectSize(raw);
  } catch {
    return 0;
  }
}
