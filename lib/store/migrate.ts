import { MongoServerError, type Binary, type Db } from 'mongodb';
import { COLLECTION_NAMES } from './collections';
import { validatorOf, WITH_ROOM } from './document-size';
import { ensureIndexes, IDEMPOTENCY_BACKSTOP_SECONDS, TEXT_INDEX } from './indexes';

/** Collections whose raw deletes must still tell the tenant: the server keeps the document as it was. */
const WITH_PRE_IMAGES = [COLLECTION_NAMES.messages, COLLECTION_NAMES.tasks, COLLECTION_NAMES.agentTypes];
export const MIGRATIONS_COLLECTION = 'migrations';
const NAMESPACE_EXISTS = 48;
const NAMESPACE_NOT_FOUND = 26;
const INDEX_NOT_FOUND = 27;

interface Migration {
  number: number;
  name: string;
  run(db: Db): Promise<void>;
}

/** Small and numbered; each may be run twice, for two processes may start at once. */
const MIGRATIONS: Migration[] = [
  { number: 1, name: 'collections, validators and pre-images', run: createCollections },
  { number: 2, name: 'indexes that changed', run: changeIndexes },
  { number: 3, name: 'validators with room for what the plane adds', run: changeValidators },
  { number: 4, name: 'room in agent types as well', run: changeValidators },
  { number: 5, name: 'the order of a thread in one index', run: dropThreadIndex },
  { number: 6, name: 'of work only what is at rest in the text index', run: dropWholeTextIndexes },
  { number: 7, name: 'room in dispatches for what came late', run: changeValidators },
];

export async function migrate(db: Db): Promise<void> {
  const log = db.collection<{ _id: number; name: string; at: Date }>(MIGRATIONS_COLLECTION);
  const done = new Set((await log.find().toArray()).map(row => row._id));
  for (const migration of MIGRATIONS.filter(({ number }) => !done.has(number))) {
    await migration.run(db);
    await log.updateOne(
      { _id: migration.number },
      { $setOnInsert: { name: migration.name, at: new Date() } },
      { upsert: true },
    );
  }
  // Not numbered: what is there costs nothing, and a dropped collection comes back as it was. Before the indexes,
  // which would make it without its validator and pre-images.
  await createCollections(db);
  await ensureIndexes(db);
}

/**
 * Changes when one of our collections is dropped or made anew, by whomever: the server gives each life of a collection
 * its own id.
 */
export async function collectionsMark(db: Db): Promise<string> {
  const names = new Set<string>(Object.values(COLLECTION_NAMES));
  const there = (await db.listCollections({ type: 'collection' }, { nameOnly: false }).toArray()) as CollectionInfo[];
  return there
    .filter(({ name }) => names.has(name))
    .map(({ name, info }) => `${name} ${info?.uuid?.toString('hex') ?? ''}`)
    .toSorted()
    .join('\n');
}

interface CollectionInfo {
  name: string;
  info?: { uuid?: Binary };
  options?: { validator?: unknown; changeStreamPreAndPostImages?: { enabled?: boolean } };
}

/**
 * Validators check that `_id` is an ObjectId and the size, nothing else: any driver may insert, and shape is judged
 * on read, where it can be explained.
 */
async function createCollections(db: Db): Promise<void> {
  const shared = new Set<string>([
    COLLECTION_NAMES.messages,
    COLLECTION_NAMES.tasks,
    COLLECTION_NAMES.threads,
    COLLECTION_NAMES.projects,
    COLLECTION_NAMES.agentTypes,
    COLLECTION_NAMES.dispatches,
    COLLECTION_NAMES.runs,
    COLLECTION_NAMES.reports,
  ]);
  const found = (await db.listCollections({}, { nameOnly: false }).toArray()) as CollectionInfo[];
  const there = new Map(found.map(({ name, options }) => [name, options]));
  for (const name of Object.values(COLLECTION_NAMES)) {
    const options = {
      ...(shared.has(name)
        ? {
            validator: validatorOf(name),
            validationLevel: 'strict' as const,
          }
        : {}),
      ...(WITH_PRE_IMAGES.includes(name as (typeof WITH_PRE_IMAGES)[number])
        ? { changeStreamPreAndPostImages: { enabled: true } }
        : {}),
    };
    if (!there.has(name)) await db.createCollection(name, options).catch(ignoreExisting);
    const now = there.get(name);
    const lacks = Object.keys(options).some(option => now?.[option as keyof typeof now] === undefined);
    if (there.has(name) && lacks) await db.command({ collMod: name, ...options });
  }
}

/** What `createIndexes` would refuse or leave beside the new one. On a fresh database there is nothing to change. */
async function changeIndexes(db: Db): Promise<void> {
  const keyPattern = { createdAt: 1 };
  const expireAfterSeconds = IDEMPOTENCY_BACKSTOP_SECONDS;
  await db
    .command({ collMod: COLLECTION_NAMES.idempotencyKeys, index: { keyPattern, expireAfterSeconds } })
    .catch(ignoreMissing);
  await db
    .collection(COLLECTION_NAMES.dispatches)
    .dropIndex('tenantId_1_status_1_endedAt_-1_claimedAt_1_storedAt_1')
    .catch(ignoreMissing);
}

/** Another with its fields in front takes its place. */
async function dropThreadIndex(db: Db): Promise<void> {
  await db.collection(COLLECTION_NAMES.messages).dropIndex('threadId_1_seq_1').catch(ignoreMissing);
}

/** Not one that is new already: the other of two processes that start together may have made it. */
async function dropWholeTextIndexes(db: Db): Promise<void> {
  for (const name of [COLLECTION_NAMES.messages, COLLECTION_NAMES.tasks]) {
    const indexes = (await db.collection(name).indexes().catch(ignoreMissing)) ?? [];
    const whole = indexes.find(index => index.name === TEXT_INDEX && index['partialFilterExpression'] === undefined);
    if (whole) await db.collection(name).dropIndex(TEXT_INDEX).catch(ignoreMissing);
  }
}

async function changeValidators(db: Db): Promise<void> {
  for (const name of WITH_ROOM) {
    await db.command({ collMod: name, validator: validatorOf(name) }).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if (error instanceof MongoServerError && [NAMESPACE_NOT_FOUND, INDEX_NOT_FOUND].includes(Number(error.code))) return;
  throw error;
}

function ignoreExisting(error: unknown): void {
  if (error instanceof MongoServerError && error.code === NAMESPACE_EXISTS) return;
  throw error;
}
