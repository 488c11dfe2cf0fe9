import { MongoBulkWriteError, type Collection, type Document } from 'mongodb';
import type { Collections } from '@/lib/store/collections';
import { newId } from '@/lib/store/ids';
import type { TestPlane } from './make-plane';
import { CLAIMS, FRESH } from './list-rows';

const DUPLICATE_KEY = 11_000;
const GONE = Symbol('gone');

/** What a driver may make of any field, whatever it was. */
const OTHERWISE: ((value: unknown) => unknown)[] = [
  () => GONE,
  () => null,
  () => Number.NaN,
  () => -1.5,
  () => true,
  () => 'nothing like it',
  () => 'x'.repeat(4_000),
  () => new Date(0),
  () => ({ of: 'another kind' }),
  value => [value],
  () => [],
];

/** One field, or one of a field's own fields, made otherwise in each of these ways. */
function* spoilt(row: Document, fixed: readonly string[]): Generator<Document> {
  for (const [field, value] of Object.entries(row)) {
    if (field === '_id' || fixed.includes(field)) continue;
    for (const make of OTHERWISE) yield withField(row, field, make(value));
    if (!isPlain(value)) continue;
    for (const [inner, innerValue] of Object.entries(value))
      for (const make of OTHERWISE) yield { ...row, [field]: withField(value, inner, make(innerValue)) };
  }
}

const isPlain = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function withField(row: Document, field: string, value: unknown): Document {
  const { [field]: _replaced, ...rest } = row;
  return value === GONE ? rest : { ...rest, [field]: value };
}

export interface Spoil {
  from: keyof Collections;
  /** What the copied row has besides. */
  set?: Document;
  /** Fields that stay as they are: what another row may have once, or what finds it. */
  fixed?: string[];
}

/** Copies of the tenant's first row of a collection, each with one thing in it that no schema has. How many went in. */
export async function plantSpoilt({ plane }: TestPlane, { from, set = {}, fixed = [] }: Spoil): Promise<number> {
  const collection = plane.collections[from] as unknown as Collection;
  const row = (await collection.findOne({ tenantId: 'default' }, { sort: { _id: 1 } }))!;
  for (const claim of from === 'dispatches' ? CLAIMS : []) delete row[claim];
  const rows = [...spoilt({ ...row, ...set }, ['tenantId', ...fixed])].map(copy => {
    const _id = newId();
    const fresh = Object.entries(FRESH[from]?.(_id) ?? {}).filter(
      ([field]) => fixed.includes(field) && !(field in set),
    );
    return { ...copy, ...Object.fromEntries(fresh), _id };
  });
  try {
    return (await collection.insertMany(rows, { ordered: false })).insertedCount;
  } catch (error) {
    // Two that are spoilt alike may not both be there.
    if (error instanceof MongoBulkWriteError && error.code === DUPLICATE_KEY) return error.insertedCount;
    throw error;
  }
}
