import type { Document } from 'mongodb';
import { CARRIED, TYPED } from './pipeline';
import type { RawChange } from './raw-change';

/** A record at one moment of the stream: what is carried of it, and types of what is only judged. */
export interface RecordImage {
  doc: Document;
  types: Record<string, string>;
}

const CARRIED_NAMES = new Set(CARRIED.map(path => path.split('.')[0]!));
const TYPED_NAMES = new Set<string>(TYPED);

/**
 * The record right after this update of it. Null: the update wrote inside a field that is carried (a dotted path, an
 * array cut short), of which the stream tells too little. Pure; `before` stays as it is.
 */
export function imageAfter(
  before: RecordImage,
  { changed, updateDescription, setTypes }: RawChange,
): RecordImage | null {
  const { updatedFields = {}, removedFields = [], truncatedArrays = [] } = updateDescription ?? {};
  if (truncatedArrays.length > 0) return null;
  const doc = { ...before.doc };
  const types = { ...before.types };
  for (const name of changed ?? []) {
    const isRemoved = removedFields.includes(name);
    if (TYPED_NAMES.has(name)) {
      const type = isRemoved ? 'missing' : setTypes?.[name];
      // Written inside of it: an object stays an object.
      if (type !== undefined && (isRemoved || type !== 'missing')) types[name] = type;
    }
    if (!CARRIED_NAMES.has(name)) continue;
    if (isRemoved) delete doc[name];
    else if (Object.hasOwn(updatedFields, name)) doc[name] = updatedFields[name];
    else return null;
  }
  return { doc, types };
}
