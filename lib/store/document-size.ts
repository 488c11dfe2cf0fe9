import { BSON, type Document } from 'mongodb';

/** What the validators hold every record to that a driver may insert. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;
/**
 * What the plane adds to a record while it lives: defaults, places, times, a reason of up to 2,000 characters. Not a
 * task's result, which is shortened where it does not fit.
 */
const ROOM_BYTES = 8 * 1024;

/**
 * A dispatch that has late outputs: those, and beside them the output it ended with or is yet to end with. Each may be
 * nearly as long as a record, and what an agent brings is not refused for what another turn brought before.
 */
const LATE_ROOM_BYTES = 2 * MAX_DOCUMENT_BYTES;
/** A dispatch and its late outputs, before it ended. */
export const MAX_WITH_LATE_BYTES = MAX_DOCUMENT_BYTES + LATE_ROOM_BYTES / 2;

interface Room {
  /** A record that the plane wrote into has more room than one that may have come from a driver as it stands. */
  isTakenUp: Document;
  bytes: number;
}

/** A project is not among them: it is read as it stands, and nothing is written into it. */
const ROOMS: Record<string, Room> = {
  messages: { isTakenUp: { $eq: [{ $type: '$rankAt' }, 'date'] }, bytes: ROOM_BYTES },
  tasks: { isTakenUp: { $eq: [{ $type: '$rankAt' }, 'date'] }, bytes: ROOM_BYTES },
  threads: { isTakenUp: { $isNumber: '$lastSeq' }, bytes: ROOM_BYTES },
  'agent-types-config': { isTakenUp: { $eq: [{ $type: '$adoptedAt' }, 'date'] }, bytes: ROOM_BYTES },
  dispatches: { isTakenUp: { $eq: [{ $type: '$lateOutput' }, 'object'] }, bytes: LATE_ROOM_BYTES },
};
export const WITH_ROOM = Object.keys(ROOMS);

/**
 * `_id` is an ObjectId, and the size. What the plane has taken up has the room beside, so that a driver may fill a record
 * to the last byte and it is worked with all the same.
 */
export function validatorOf(collection: string): Document {
  const room = ROOMS[collection];
  const most = room
    ? { $cond: [room.isTakenUp, MAX_DOCUMENT_BYTES + room.bytes, MAX_DOCUMENT_BYTES] }
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
