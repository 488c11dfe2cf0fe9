import * as fc from 'fast-check';
import type { ChangeStream, Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CARRIED, PIPELINE, STREAM_OPTIONS, TYPED } from '@/lib/store/change-source/pipeline';
import type { RawChange } from '@/lib/store/change-source/raw-change';
import { readRecordsOf } from '@/lib/store/change-source/read-records';
import { RecordImages } from '@/lib/store/change-source/record-images';
import type { TestDatabase } from '@/tests/support/mongo';
import { createPlaneDatabase, stopHubs } from './stream-rig';

afterEach(stopHubs);

let database: TestDatabase;
beforeAll(async () => {
  database = await createPlaneDatabase();
});

/** What the stream carries of a record, worked out from the whole of it. */
function carriedOf(whole: Document): Document {
  const doc: Document = {};
  for (const path of CARRIED) {
    const [name, inner] = path.split('.') as [string, string?];
    const value: unknown = whole[name];
    if (value === undefined) continue;
    if (inner === undefined) doc[name] = value;
    else if (value !== null && typeof value === 'object') {
      doc[name] ??= {};
      const part = (value as Document)[inner];
      if (part !== undefined) doc[name][inner] = part;
    }
  }
  return doc;
}

function typeOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'int' : typeof value === 'boolean' ? 'bool' : typeof value;
}

const typesOf = (whole: Document): Record<string, string> =>
  Object.fromEntries(TYPED.map(name => [name, typeOf(whole[name])]));

const text = fc.constantFrom('a', 'b', '$status', 'x.y');
const scalar = fc.oneof(text, fc.integer({ min: 0, max: 9 }), fc.constant(null), fc.boolean());
const part = fc.record({ kind: text, id: text, percent: fc.nat(99), note: text }, { requiredKeys: [] });
const list = fc.array(text, { maxLength: 4 });
/** Fields that are carried, carried in part, judged by their type, or none of these. */
const fields = fc.record(
  {
    status: text,
    assignedTo: scalar,
    priority: scalar,
    epoch: fc.nat(9),
    from: part,
    source: part,
    progress: part,
    dependsOn: list,
    body: scalar,
    options: fc.oneof(list, text),
    deliverables: list,
    leaseUntil: fc.nat(9),
    ledger: part,
  },
  { requiredKeys: [] },
);
const update: fc.Arbitrary<Document | Document[]> = fc.oneof(
  fields.map(set => ({ $set: { ...set, touched: true } })),
  fields.map(set => [{ $set: { ...literal(set), touched: { $rand: {} } } }]),
  fc.constantFrom('status', 'source', 'body', 'options', 'ledger').map(name => ({ $unset: { [name]: 1 } })),
  fc.constantFrom('status', 'progress', 'deliverables').map(name => [{ $unset: name }]),
  fc.tuple(fc.constantFrom('source.kind', 'progress.percent', 'from.id', 'ledger.note'), text).map(([path, value]) => {
    return { $set: { [path]: value } };
  }),
  fc.constantFrom('dependsOn', 'deliverables').map(name => ({ $push: { [name]: 'more' } })),
  fc.constant([{ $set: { dependsOn: { $slice: [{ $ifNull: ['$dependsOn', ['q', 'r']] }, 1] } } }]),
);
const literal = (set: Document): Document =>
  Object.fromEntries(Object.entries(set).map(([name, value]) => [name, { $literal: value }]));

async function readAll(stream: ChangeStream, count: number): Promise<RawChange[]> {
  const changes: RawChange[] = [];
  while (changes.length < count) {
    const change = (await stream.tryNext()) as unknown as RawChange | null;
    if (change) changes.push(change);
  }
  return changes;
}

describe.each(['messages', 'dispatches'])('an update of %s', collection => {
  it('comes with the record as that very update left it, whatever came after', async () => {
    const rows = database.db.collection(collection);
    // Validators and unique fields are not what is looked at here.
    await database.db.command({ collMod: collection, validationLevel: 'off' });
    await rows.dropIndexes();
    const readDocs = new Set<unknown>();
    const images = new RecordImages(async (...asked) => {
      const found = await readRecordsOf(database.db)(...asked);
      for (const { doc } of found.values()) readDocs.add(doc);
      return found;
    });
    let exact = 0;
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fields, fc.array(update, { minLength: 1, maxLength: 6 }), async (first, updates) => {
        const stream = database.db.watch(PIPELINE, { ...STREAM_OPTIONS, maxAwaitTimeMS: 50 });
        try {
          await stream.tryNext();
          const _id = new ObjectId();
          await rows.insertOne({ _id, tenantId: 'default', ...first });
          const states: Document[] = [];
          for (const change of updates) {
            const outcome = await rows.updateOne({ _id }, change).catch((error: { code?: number }) => {
              // Pushing onto what is no list, or setting inside what is no object: the server refuses, nothing happens.
              if (error.code === 2 || error.code === 28) return null;
              throw error;
            });
            if (outcome && outcome.modifiedCount > 0) states.push((await rows.findOne({ _id }))!);
          }
          const changes = await readAll(stream as unknown as ChangeStream, states.length + 1);
          await images.complete(changes);
          const last = states.at(-1);
          for (const [at, state] of states.entries()) {
            const change = changes[at + 1]!;
            expect(change.operationType).toBe('update');
            if (change.fullDocument === undefined) continue;
            const isRead = readDocs.has(change.fullDocument);
            if (isRead) read += 1;
            else exact += 1;
            const expected = isRead ? last! : state;
            expect(change.fullDocument).toEqual(carriedOf(expected));
            if (collection === 'messages') expect(change.types).toEqual(typesOf(expected));
          }
        } finally {
          await stream.close();
        }
      }),
      { numRuns: 30 },
    );
    expect(exact).toBeGreaterThan(10);
    expect(read).toBeGreaterThan(0);
  });
});

it('a mark that a dispatch is settled, and nothing more, is not even read', async () => {
  const dispatches = database.db.collection('dispatches');
  const { insertedId: _id } = await dispatches.insertOne({ status: 'done', settled: false });
  const stream = database.db.watch(PIPELINE, { ...STREAM_OPTIONS, maxAwaitTimeMS: 50 });
  await stream.tryNext();
  await dispatches.updateOne({ _id }, { $set: { settled: true } });
  await dispatches.updateOne({ _id }, { $set: { settled: false }, $unset: { status: 1 } });
  await dispatches.updateOne({ _id }, { $set: { settled: true, status: 'done' } });
  const changes = await readAll(stream as unknown as ChangeStream, 2);
  await stream.close();
  expect(changes.map(({ changed }) => changed!.toSorted())).toEqual([
    ['settled', 'status'],
    ['settled', 'status'],
  ]);
});
