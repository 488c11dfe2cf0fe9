import { createHash } from 'node:crypto';
import { Binary, ObjectId } from 'mongodb';
import { invalidField, notFound } from '../domain/errors';

const HEX_ID = /^[0-9a-f]{24}$/;

/** A path's id: anything that is not one names no record, so it is 404 like an id that is not there. */
export function pathId(noun: string, id: string): ObjectId {
  if (!HEX_ID.test(id)) throw notFound(noun, id.slice(0, 64));
  return new ObjectId(id);
}

/** An id inside a body or query, already checked by its schema. */
export function bodyId(path: string, id: string): ObjectId {
  if (!HEX_ID.test(id)) throw invalidField(path, `got '${id.slice(0, 64)}', wants an id of 24 hex digits`);
  return new ObjectId(id);
}

export const newId = (): ObjectId => new ObjectId();

/** Bytes of an ObjectId that say when it was made; lists are in order of ids, so what is derived stays beside its origin. */
const TIME_BYTES = 4;
const ID_BYTES = 12;

/** The id of what is made because of `origin`, the same every time: making it again finds it there. */
export function derivedId(origin: ObjectId, ...what: string[]): ObjectId {
  const hash = createHash('sha256')
    .update([origin.toHexString(), ...what].join('\n'))
    .digest();
  return new ObjectId(Buffer.concat([origin.id.subarray(0, TIME_BYTES), hash.subarray(0, ID_BYTES - TIME_BYTES)]));
}
export const hex = (id: ObjectId): string => id.toHexString();
export const hexOrNull = (id: ObjectId | null | undefined): string | null => id?.toHexString() ?? null;
export const iso = (at: Date): string => at.toISOString();
export const isoOrNull = (at: Date | null | undefined): string | null => at?.toISOString() ?? null;
export const binary = (bytes: Uint8Array): Binary => new Binary(bytes);
