import type { BulkWriteOptions, InsertOneOptions, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';
import { duplicatePlaces } from './errors';
import type { WritePair } from './write-pair';

/** How a dispatch comes to run: what is unique in it is the claim. */

/**
 * The first of a claim's two writes is acknowledged by the primary alone: the second waits for a majority, and on the
 * same primary that covers the first. Should the primary change in between and lose it, the item is found claimed by
 * nobody and made due again (`findOrphans`).
 */
const FIRST_OF_TWO = { writeConcern: { w: 1 } };

export type DispatchRow = Omit<DispatchDocument, 'createdAt' | 'updatedAt' | 'claimedAt' | 'leaseUntil'>;

/** An insert with the database's clock, which only an upsert can name. */
const insertion = (row: DispatchRow) => ({
  filter: { _id: row._id, createdAt: { $exists: false } },
  update: [
    {
      $replaceWith: {
        $mergeObjects: [
          { $literal: row },
          {
            createdAt: '$$NOW',
            updatedAt: '$$NOW',
            claimedAt: '$$NOW',
            leaseUntil: { $add: ['$$NOW', row.leaseMs] },
          },
        ],
      },
    },
  ],
});

/** Fails with a duplicate key when the work item, its lane or the slot is taken: that is the claim. */
export async function insertDispatch(c: Collections, row: DispatchRow): Promise<DispatchDocument> {
  const { filter, update } = insertion(row);
  const inserted = await c.dispatches.findOneAndUpdate(filter, update, {
    upsert: true,
    returnDocument: 'after',
    ...FIRST_OF_TWO,
  });
  return inserted!;
}

/** The same for many, in one round trip. Answers which of them, by place, lost on a duplicate key. */
export async function insertDispatches(c: Collections, rows: DispatchRow[]): Promise<Set<number>> {
  const models = rows.map(row => ({ updateOne: { ...insertion(row), upsert: true } }));
  try {
    await c.dispatches.bulkWrite(models, { ordered: false, ...FIRST_OF_TWO });
    return new Set();
  } catch (error) {
    const lost = duplicatePlaces(error);
    if (lost === null) throw error;
    return lost;
  }
}

const placedAt = (row: DispatchRow, now: Date): DispatchDocument => {
  const leaseUntil = new Date(now.getTime() + row.leaseMs);
  return { ...row, createdAt: now, updatedAt: now, claimedAt: now, leaseUntil };
};

/**
 * One, with the database's time at hand: a plain insert, and nothing to read back. Fails like `insertDispatch`. By a
 * majority where no other write covers it: acknowledged by the primary alone, a claim could be answered whose dispatch
 * majority reads do not find for up to 100 ms.
 */
export async function insertDispatchAt(
  c: Collections,
  row: DispatchRow,
  now: Date,
  options: InsertOneOptions = {},
): Promise<DispatchDocument> {
  const document = placedAt(row, now);
  await c.dispatches.insertOne(document, options);
  return document;
}

/** The same for many, beside the write that covers it. Of those that were not lost, what stands now is the row. */
export const insertDispatchesBeside = (
  c: Collections,
  rows: DispatchRow[],
  now: Date,
  { first }: WritePair,
): Promise<Placed> => insertPlaced(c, rows, now, first);

/** The same as the first of two writes, one after the other. */
export const insertDispatchesFirst = (c: Collections, rows: DispatchRow[], now: Date): Promise<Placed> =>
  insertPlaced(c, rows, now, FIRST_OF_TWO);

async function insertPlaced(
  c: Collections,
  rows: DispatchRow[],
  now: Date,
  options: BulkWriteOptions,
): Promise<Placed> {
  const documents = rows.map(row => placedAt(row, now));
  try {
    await c.dispatches.insertMany(documents, { ordered: false, ...options });
    return { documents, lost: new Set() };
  } catch (error) {
    const lost = duplicatePlaces(error);
    if (lost === null) throw error;
    return { documents, lost };
  }
}

export interface Placed {
  documents: DispatchDocument[];
  /** By place: another's claim was first. */
  lost: Set<number>;
}

export const findDispatchesById = (c: Collections, ids: ObjectId[]): Promise<DispatchDocument[]> =>
  c.dispatches.find({ _id: { $in: ids } }).toArray();

/** Undoes dispatches nobody was told of: their work items were not due any more. */
export async function withdrawDispatches(c: Collections, ids: ObjectId[]): Promise<void> {
  if (ids.length > 0) await c.dispatches.deleteMany({ _id: { $in: ids } });
}
