import { ObjectId, type Document } from 'mongodb';
import { invalidField } from '../domain/errors';

/** A place in a list that is merged from several collections: a time, and the id of what stood there. */
export interface TimePlace {
  at: Date;
  id: ObjectId;
}

export const encodeTimePlace = ({ at, id }: TimePlace): string =>
  Buffer.from(JSON.stringify({ at: at.getTime(), id: id.toHexString() })).toString('base64url');

export function decodeTimePlace(cursor: string | undefined): TimePlace | null {
  if (cursor === undefined) return null;
  try {
    const { at, id } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as { at: number; id: string };
    if (Number.isSafeInteger(at) && /^[0-9a-f]{24}$/.test(id)) return { at: new Date(at), id: new ObjectId(id) };
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalidField('cursor', `got '${cursor.slice(0, 40)}', wants the nextCursor of an earlier page`);
}

/** Beyond that place, by time and then id. */
export const beyond = (place: TimePlace | null, field: string, direction: 1 | -1): Document => {
  if (!place) return {};
  const compare = direction === 1 ? '$gt' : '$lt';
  return {
    $or: [{ [field]: { [compare]: place.at } }, { [field]: place.at, _id: { [compare]: place.id } }],
  };
};

/** In the order of such a list. */
export const byPlace =
  (direction: 1 | -1) =>
  (a: TimePlace, b: TimePlace): number =>
    direction * (a.at.getTime() - b.at.getTime() || (a.id.toHexString() < b.id.toHexString() ? -1 : 1));
