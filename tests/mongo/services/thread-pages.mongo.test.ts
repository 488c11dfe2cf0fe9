import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Message } from '@/lib/domain/message/schema';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

const MESSAGES = 1_000;
const PAGE = 200;

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

it('a page of a long thread reads that page alone, and sorts nothing', async () => {
  const { db } = api.database;
  const first = (await api.call('POST', '/api/messages', { body: { body: 'first', assignedTo: null } }))
    .body as Message;
  const messages = db.collection('messages');
  const like = await messages.findOne({ _id: new ObjectId(first.id) });
  // Ids fall as places rise: only places say what comes first.
  const copies = Array.from({ length: MESSAGES - 1 }, (_, at) => ({
    ...like,
    _id: new ObjectId(),
    seq: MESSAGES - at,
  }));
  await messages.insertMany(copies);
  await db.command({ profile: 1, slowms: 0, filter: { ns: messages.namespace } });
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const path = `/api/threads/${first.threadId}/messages?limit=${PAGE}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body } = await api.call('GET', path);
    seen.push(...(body.items as Message[]).map(({ seq }) => seq));
    cursor = body.nextCursor;
  } while (cursor !== null);
  await db.command({ profile: 0 });
  expect(seen).toEqual(Array.from({ length: MESSAGES }, (_, at) => at + 1));
  const sorted = [{ 'command.sort': { $exists: true } }, { 'originatingCommand.sort': { $exists: true } }];
  const reads = await db.collection('system.profile').find({ $or: sorted }).toArray();
  for (const read of reads) {
    expect(read['planSummary']).toMatch(/^(?:(?:, )?IXSCAN \{ threadId: 1, seq: 1, _id: 1 \})+$/);
    expect(read['hasSortStage']).toBeUndefined();
  }
  const examined = reads.reduce((sum, read) => sum + Number(read['docsExamined']), 0);
  // One more a page, which says that there is another.
  expect(examined).toBeGreaterThanOrEqual(MESSAGES);
  expect(examined).toBeLessThanOrEqual(MESSAGES + MESSAGES / PAGE);
});
