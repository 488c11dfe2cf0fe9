import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE_STATUSES } from '@/lib/domain/message/schema';
import { TASK_STATUSES } from '@/lib/domain/task/schema';
import { migrate } from '@/lib/store/migrate';
import { hasWordsOf, MESSAGE_TEXT, TASK_TEXT } from '@/lib/store/standing-text';
import { makePlane, type TestPlane } from '../support/make-plane';

/** Work is found by its words wherever it stands: in the text index when it is at rest, by a look while it moves. */
let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
});

const TEXTS = [
  'The lease lapsed twice, and nobody had it.',
  'A LEASE, to be had.',
  'Leases are not what was meant',
  'Ein Café für die naïve Größe, re-used under_score a.b 3.5 %',
  'crème brûlée in two words: cafe\u0301 and Ελλάδα and Ёлка',
  'nothing of the kind',
];
const QUERIES = [
  'lease',
  'LEASE',
  'léase',
  'leas',
  'lease lapsed',
  'lapsed lease nobody',
  '"lease lapsed"',
  '"lease la"',
  '"lapsed lease"',
  'lease -lapsed',
  'lease -"had it"',
  '-lease',
  'cafe',
  'café',
  'naive',
  'grosse',
  'größe',
  'grÖße',
  're-used',
  'used',
  'under_score',
  'under',
  'a.b',
  '3.5',
  '%',
  'creme brulee',
  'ελλαδα',
  'елка',
  'lease,',
  '(lease)',
  '.*',
  'l.ase',
  '"lease',
  'kind.',
  'lease\u0000lapsed',
];

describe.each([
  ['a message', 'messages', MESSAGE_TEXT, MESSAGE_STATUSES, 'body'] as const,
  ['a task', 'tasks', TASK_TEXT, TASK_STATUSES, 'input'] as const,
])('%s', (_name, collection, text, statuses, field) => {
  const rows = () => test.database.db.collection(collection);
  beforeAll(async () => {
    await rows().insertMany(
      [...statuses, 'as no schema has it'].flatMap(status =>
        TEXTS.map(body => ({ _id: new ObjectId(), tenantId: 'own', status, [field]: body })),
      ),
    );
    await rows().insertOne({ _id: new ObjectId(), tenantId: 'other', status: 'waiting', [field]: TEXTS[0] });
  });

  it.each(QUERIES)('is found by %s alike in whatever status', async query => {
    const found = await rows()
      .find(hasWordsOf(text, 'own', query))
      .sort({ _id: -1 })
      .toArray();
    const inStatus = (status: string) =>
      found
        .filter(row => row['status'] === status)
        .map(row => TEXTS.indexOf(row[field]))
        .toSorted();
    const indexed = inStatus(text.standing[0]!);
    for (const status of [...statuses, 'as no schema has it'])
      expect([status, inStatus(status)]).toEqual([status, indexed]);
    expect(found.every(({ tenantId }) => tenantId === 'own')).toBe(true);
  });

  it('is found at all', async () => {
    const found = await rows()
      .find(hasWordsOf(text, 'own', 'lapsed'))
      .toArray();
    expect(found.map(({ status }) => status).toSorted()).toEqual([...statuses, 'as no schema has it'].toSorted());
  });

  it('is not in the index while it moves', async () => {
    const index = (await rows().indexes()).find(({ name }) => name === 'text');
    expect(index?.['partialFilterExpression']).toEqual({ status: { $in: text.standing } });
    const { queryPlanner } = await rows()
      .find(hasWordsOf(text, 'own', 'lapsed'))
      .explain('queryPlanner');
    const plan = JSON.stringify(queryPlanner['winningPlan']);
    expect(plan).toContain('"TEXT');
    expect(plan).not.toContain('COLLSCAN');
  });
});

it('an index that held all of them is made anew, once', async () => {
  const old = await makePlane();
  const { db } = old.database;
  const indexOf = async (name: string) => (await db.collection(name).indexes()).find(index => index.name === 'text');
  for (const name of ['messages', 'tasks']) await db.collection(name).dropIndex('text');
  await db
    .collection('messages')
    .createIndex({ body: 'text' }, { name: 'text', default_language: 'none', language_override: 'no_language' });
  await db.collection<{ _id: number }>('migrations').deleteOne({ _id: 6 });
  await migrate(db);
  expect((await indexOf('messages'))?.['partialFilterExpression']).toEqual({ status: { $in: MESSAGE_TEXT.standing } });
  expect((await indexOf('tasks'))?.['partialFilterExpression']).toEqual({ status: { $in: TASK_TEXT.standing } });
});
