import { ObjectId, type Document } from 'mongodb';
import type { RawFields } from '../domain/raw-fields';
import type { MessageDocument } from './documents';

/** A message as a driver inserted it: any of its fields may be missing. */
export type RawMessage = Partial<MessageDocument> & Record<string, unknown> & { _id: ObjectId };

/** A document as a judge sees it: the BSON type of each named field and, where it is plain, its value. */
export function describeRaw(document: Record<string, unknown>, fields: readonly string[]): RawFields {
  const types: RawFields['types'] = {};
  const values: RawFields['values'] = {};
  for (const field of fields) {
    const value = at(document, field);
    types[field] = bsonType(value);
    if (value === null || typeof value !== 'object') values[field] = value;
  }
  return { types, values };
}

function at(document: Record<string, unknown>, path: string): unknown {
  // Most names are plain, and this runs for each change of the stream.
  if (!path.includes('.')) return document[path];
  let value: unknown = document;
  for (const step of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function bsonType(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  const named = (value as { _bsontype?: string })._bsontype;
  return named === undefined ? 'object' : named.charAt(0).toLowerCase() + named.slice(1);
}

const NO_LIST = { $not: { $type: 'array' } };

/** A date; neither a list with one in it nor one in a list of what has it, which are dates to the database too. */
export function isTime(path: string): Document {
  const outer = path.split('.', 1)[0]!;
  return { ...(outer === path ? {} : { [outer]: NO_LIST }), [path]: { $type: 'date', ...NO_LIST } };
}

/** A list of ids and of nothing else. */
export const areIds = (value: unknown): value is ObjectId[] =>
  Array.isArray(value) && value.every(id => id instanceof ObjectId);

/** An ObjectId, or the 24 hex digits of one as the API shows it. */
export function asObjectId(value: unknown): ObjectId | null {
  if (value instanceof ObjectId) return value;
  return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value) ? new ObjectId(value) : null;
}
