import { ObjectId, type Collection, type Document, type Filter, type WithId } from 'mongodb';
import { invalidField } from '../domain/errors';
import type { Page } from '../domain/fields';
import { legible } from './to-record/legible';

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface PageOrder {
  /** Sort field before `_id`; a date or a number. Absent: `_id` alone. */
  field?: string;
  direction: 1 | -1;
}

interface CursorBody {
  id: string;
  at?: number | null;
}

/** Keyset pages: stable while rows arrive, and as quick on page 1,000 as on page 1. */
export async function listPage<T extends Document, R>(
  collection: Collection<T>,
  filter: Filter<T>,
  order: PageOrder,
  { limit, cursor }: PageRequest,
  toRecord: (row: WithId<T>) => R,
): Promise<Page<R>> {
  const after = cursor === undefined ? {} : afterCursor(cursor, order);
  const rows = await collection
    .find({ $and: [filter, after] } as Filter<T>)
    .sort(order.field ? { [order.field]: order.direction, _id: order.direction } : { _id: order.direction })
    .limit(limit + 1)
    .toArray();
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items: legible(page, toRecord), nextCursor: last ? encodeCursor(last, order) : null };
}

function encodeCursor(row: WithId<Document>, order: PageOrder): string {
  const value: unknown = order.field ? row[order.field] : undefined;
  const at = value instanceof Date ? value.getTime() : typeof value === 'number' ? value : null;
  const body: CursorBody = { id: String(row._id), ...(order.field ? { at } : {}) };
  return Buffer.from(JSON.stringify(body)).toString('base64url');
}

function afterCursor(cursor: string, order: PageOrder): Document {
  const body = decodeCursor(cursor);
  const id = new ObjectId(body.id);
  const beyond = order.direction === 1 ? '$gt' : '$lt';
  if (!order.field) return { _id: { [beyond]: id } };
  // Rows without the field sort below all others.
  const without = { [order.field]: null };
  const restWithout = { ...without, _id: { [beyond]: id } };
  if (typeof body.at !== 'number')
    return order.direction === -1 ? restWithout : { $or: [restWithout, { $nor: [without] }] };
  const at: Date | number = order.field.endsWith('At') || order.field === 'at' ? new Date(body.at) : body.at;
  const rest: Document[] = [{ [order.field]: { [beyond]: at } }, { [order.field]: at, _id: { [beyond]: id } }];
  if (order.direction === -1) rest.push(without);
  return { $or: rest };
}

function decodeCursor(cursor: string): CursorBody {
  try {
    const body = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as CursorBody;
    if (typeof body.id === 'string' && /^[0-9a-f]{24}$/.test(body.id)) return body;
  } catch {
    // Falls through to the one refusal below.
  }
  throw invalidField('cursor', `got '${cursor.slice(0, 40)}', wants the nextCursor of an earlier page`);
}
