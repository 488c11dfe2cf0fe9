import type { Document } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import { listPage } from '@/lib/store/list-page';
import { createTestDatabase, type TestDatabase } from '../support/mongo';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const rows: Document[] = [{ n: 2 }, { n: null }, { n: 1 }, {}, { n: 2 }, { n: null }];
  await database.db.collection('rows').insertMany(rows);
});

const DIRECTIONS = [1, -1] as const;
const LIMITS = [1, 2, 3, 5];

it.each(DIRECTIONS.flatMap(direction => LIMITS.map(limit => ({ direction, limit }))))(
  'in $direction, $limit a page, each row comes once and in order, those without the field too',
  async ({ direction, limit }) => {
    const rows = database.db.collection('rows');
    const whole = await rows.find().sort({ n: direction, _id: direction }).toArray();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const order = { field: 'n', direction };
      const page = await listPage(rows, {}, order, { limit, cursor }, ({ _id }) => _id.toHexString());
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && seen.length < 20);
    expect(seen).toEqual(whole.map(({ _id }) => _id.toHexString()));
  },
);
