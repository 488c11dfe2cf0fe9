import { randomBytes } from 'node:crypto';
import { type Binary, type Collection, type Db, MongoServerError } from 'mongodb';
import { must } from '../kernel/assert';

/** Which stream positions belong to. One document, made once however many processes start at the same time. */
interface IdentityDocument {
  _id: 'stream-identity';
  databaseId: string;
  streamEpoch: number;
  /** The server's own id of this collection: a restore keeps the document but not this. */
  collectionId: string;
  createdAt: Date;
}

export interface StoredIdentity {
  databaseId: string;
  streamEpoch: number;
}

export const META_COLLECTION = 'plane-meta';
export const IDENTITY_ID = 'stream-identity';
const NAMESPACE_EXISTS = 48;
const DUPLICATE_KEY = 11_000;
const DATABASE_ID_BYTES = 8;

/**
 * Reads the identity, making it where it is missing: a dropped database comes back as another one. A restored one
 * stands under another oplog, in which its old positions would name nothing or, worse, something else; the server
 * would not refuse them all, so the epoch does.
 */
export async function ensureStreamIdentity(db: Db): Promise<StoredIdentity> {
  const collection = db.collection<IdentityDocument>(META_COLLECTION);
  const collectionId = await ensureCollection(db);
  const found = (await collection.findOne({ _id: IDENTITY_ID })) ?? (await make(collection, collectionId));
  if (found.collectionId === collectionId) return found;
  await collection.updateOne(
    { _id: IDENTITY_ID, collectionId: found.collectionId },
    { $inc: { streamEpoch: 1 }, $set: { collectionId } },
  );
  return read(collection);
}

async function make(collection: Collection<IdentityDocument>, collectionId: string): Promise<IdentityDocument> {
  const made = { databaseId: randomBytes(DATABASE_ID_BYTES).toString('hex'), streamEpoch: 1, collectionId };
  await ignoring(DUPLICATE_KEY, () =>
    collection.updateOne({ _id: IDENTITY_ID }, { $setOnInsert: { ...made, createdAt: new Date() } }, { upsert: true }),
  );
  return read(collection);
}

async function read(collection: Collection<IdentityDocument>): Promise<IdentityDocument> {
  return must(await collection.findOne({ _id: IDENTITY_ID }), 'the stream identity that was just made');
}

async function ensureCollection(db: Db): Promise<string> {
  const there = await readCollectionId(db);
  if (there !== null) return there;
  await ignoring(NAMESPACE_EXISTS, () => db.createCollection(META_COLLECTION));
  return must(await readCollectionId(db), `collection ${META_COLLECTION} that was just made`);
}

async function readCollectionId(db: Db): Promise<string | null> {
  const [found] = await db.listCollections({ name: META_COLLECTION }, { nameOnly: false }).toArray();
  const uuid = (found as { info?: { uuid?: Binary } } | undefined)?.info?.uuid;
  return uuid === undefined ? null : uuid.toString('hex');
}

async function ignoring(code: number, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== code) throw error;
  }
}
