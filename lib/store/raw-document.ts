import { ObjectId } from 'mongodb';

/** What a judge may know of a document: the type of each field and the values that route it; never a body. */
export interface RawDescription {
  types: Record<string, string>;
  values: Record<string, unknown>;
}

/** An ObjectId, or the 24 hex digits of one as the API shows it. */
export function asObjectId(value: unknown): ObjectId | null {
  if (value instanceof ObjectId) return value;
  return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value) ? new ObjectId(value) : null;
}
