import { ObjectId, Timestamp, type Db, type Document } from 'mongodb';
import type { RecordImage } from './image-after';
import { recordProjection } from './pipeline';

/** By `idKeyOf`; those that are gone are missing. Not older than what the stream told up to that token. */
export type ReadRecords = (collection: string, ids: unknown[], upToToken: string) => Promise<Map<string, RecordImage>>;

/** A read by id takes a millisecond; one that takes this long is a server in trouble, and the cursor is opened again. */
const READ_MOST_MS = 2_000;

/** Where a driver chose another kind of id, its record is malformed, and reading it by that is not worth a risk. */
const isReadable = (id: unknown): boolean => id instanceof ObjectId || typeof id === 'string' || typeof id === 'number';

/** Any BSON value may be an id: a driver chose it. */
export const idKeyOf = (id: unknown): string =>
  id instanceof ObjectId ? id.toHexString() : `${typeof id}/${JSON.stringify(id)}`;

export const readRecordsOf =
  (db: Db): ReadRecords =>
  async (collection, ids, upToToken) => {
    const answer = await db.command({
      find: collection,
      filter: { _id: { $in: ids.filter(isReadable) } },
      projection: recordProjection(collection),
      batchSize: ids.length,
      singleBatch: true,
      maxTimeMS: READ_MOST_MS,
      // After a failover a majority may lag behind what it told: without this the record could be older than its change.
      readConcern: { level: 'majority', afterClusterTime: clusterTimeOf(upToToken) },
    });
    const rows = (answer['cursor'] as { firstBatch: Document[] }).firstBatch;
    return new Map(rows.map(({ types = {}, ...doc }) => [idKeyOf(doc['_id']), { doc, types }]));
  };

/** Byte 0x82, then the timestamp: seconds and a counter. */
const clusterTimeOf = (token: string): Timestamp =>
  new Timestamp({ t: Number.parseInt(token.slice(2, 10), 16), i: Number.parseInt(token.slice(10, 18), 16) });
