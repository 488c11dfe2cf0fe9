import { MaxKey, MinKey, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server';
import { copyRows } from '../support/list-rows';
import { makeWorld, type World } from '../support/isolation/world';
import { plantSpoilt, type Spoil } from '../support/spoilt-rows';

/**
 * Into every collection a driver put copies of a record with one thing in them that no schema has: a field gone, or of
 * any other kind. None of them may cost anybody a list, nor what is well its place there.
 */

let api: ApiServer;
let world: World;

const NOW = new Date();
const ENDED = {
  status: 'done',
  endedAt: NOW,
  storedAt: NOW,
  streamedAt: NOW,
  firstHeartbeatAt: NOW,
  claimedAt: NOW,
  attempt: 1,
  usage: { inputTokens: 1, outputTokens: 1, costUsd: 1 },
  lateOutput: { epoch: 1, output: 'late', at: NOW },
  progress: { percent: 1, state: 'begun', at: NOW },
};
const ANSWERED = {
  status: 'waiting',
  question: { id: new ObjectId(), to: 'human', body: 'Which?', answerId: new ObjectId(), answeredAt: NOW },
};
const LEDGER = { ledger: { storedAt: NOW, claimedAt: NOW, readAt: NOW, doneAt: NOW } };

const planted = (): Spoil[] => [
  { from: 'messages', set: { ...LEDGER, status: 'dead' } },
  { from: 'messages', set: { status: 'queued' } },
  { from: 'messages', set: { assignedTo: 'human', kind: 'message', status: 'none' } },
  { from: 'messages', set: { assignedTo: 'human', kind: 'question', status: 'none', options: ['a', 'b'] } },
  { from: 'tasks', set: { ...LEDGER, status: 'dead', runId: new ObjectId(world.runId) } },
  { from: 'tasks', set: { status: 'ready' } },
  { from: 'threads' },
  { from: 'runs', fixed: ['openSession'] },
  { from: 'reports', set: { runId: new ObjectId(world.runId) } },
  { from: 'dispatches', set: { ...ENDED, run: { id: new ObjectId(world.runId), tier: 'worker' } }, fixed: ['source'] },
  { from: 'dispatches', set: ANSWERED, fixed: ['source'] },
  { from: 'projects', fixed: ['slug'] },
  { from: 'agentTypes', fixed: ['slug'] },
  { from: 'agentTypeRevisions', set: { slug: world.agentType }, fixed: ['revision'] },
  { from: 'sessions', fixed: ['key'] },
  { from: 'toolCalls' },
  { from: 'activity' },
  { from: 'consumers', fixed: ['name'] },
  { from: 'apiTokens', fixed: ['tokenId'] },
  { from: 'tenants', fixed: ['tenantId'] },
];

beforeAll(async () => {
  api = await startApiServer();
  await api.withStream();
  world = await makeWorld(api, 'default');
  for (const spoil of planted()) expect(await plantSpoilt(api, spoil), spoil.from).toBeGreaterThan(10);
});
afterAll(() => api.stop());

const LISTS: [path: string, idOf: (made: World) => string][] = [
  ['/api/messages', made => made.messageId],
  ['/api/threads/:threadId/messages', made => made.messageId],
  ['/api/threads', made => made.threadId],
  ['/api/tasks', made => made.taskId],
  ['/api/runs', made => made.runId],
  ['/api/reports', made => made.reportId],
  ['/api/dispatches', made => made.dispatchId],
  ['/api/inbox', made => made.noteId],
  ['/api/projects', made => made.projectId],
  ['/api/sessions', made => made.sessionId],
  ['/api/tool-calls', made => made.toolCallId],
  ['/api/tokens', made => made.tokenId],
  ['/api/tenants', made => made.tenantRecordId],
];
const OTHERS = [
  '/api/agent-types',
  '/api/agent-types/:agentType/revisions',
  '/api/consumers',
  '/api/activity',
  '/api/runs/:runId/trace',
  ...['question', 'message', 'late-output', 'dead'].map(kind => `/api/inbox?kind=${kind}`),
];
const PAGES = [
  ...['client', 'brand', 'project', 'agentType', 'run'].map(by => `/api/costs?by=${by}`),
  '/api/stats',
  '/api/system-health',
  '/api/metrics',
  '/api/settings',
  '/api/agent-types/export',
  '/api/projects/:projectId/context',
];

const inWorld = (path: string) => path.replace(/:(\w+)/, (_whole, name: keyof World) => String(world[name]));

/** Every page of it. */
async function readAll(route: string, limit = 100): Promise<{ id: string }[]> {
  const path = inWorld(route);
  const items: { id: string }[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const page: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { status, body, text } = await api.call(
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${page}`,
    );
    expect(status, text).toBe(200);
    pages += 1;
    expect(pages, 'pages without an end').toBeLessThan(100);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

describe('spoilt records', () => {
  test.each(LISTS)('cost nobody GET %s, page after page', async (path, idOf) => {
    expect((await readAll(path)).map(({ id }) => id)).toContain(idOf(world));
  });

  test.each(OTHERS)('cost nobody GET %s, page after page', async path => {
    expect((await readAll(path)).length).toBeGreaterThan(0);
  });

  test.each(PAGES)('cost nobody GET %s', async path => {
    const { status, text } = await api.call('GET', inWorld(path));
    expect(status, text).toBe(200);
  });
});

/** What a list is in order of, as no such list has it. */
const ODD = [null, Number.NaN, 9e12, -9e12, 'first', [NOW], [7], { of: 'another kind' }, new MinKey(), new MaxKey()];

describe('a page that ends at a spoilt record goes on', () => {
  test('in a thread', async () => {
    const threadId = new ObjectId((await copyRows(api, { from: 'threads' }, [{}]))[0]);
    const well = await copyRows(
      api,
      { from: 'messages' },
      [1, 2, 3].map(seq => ({ threadId, seq })),
    );
    await copyRows(
      api,
      { from: 'messages' },
      ODD.map(seq => ({ threadId, seq })),
    );
    const ids = (await readAll(`/api/threads/${threadId.toHexString()}/messages`, 1)).map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(well);
  });

  test('in the list of threads', async () => {
    const times = [null, null, new Date(1), new Date(2)];
    const well = await copyRows(
      api,
      { from: 'threads' },
      times.map(lastMessageAt => ({ lastMessageAt, assignedTo: 'pager' })),
    );
    await copyRows(
      api,
      { from: 'threads' },
      ODD.slice(1).map(lastMessageAt => ({ lastMessageAt, assignedTo: 'pager' })),
    );
    const ids = (await readAll('/api/threads?assignedTo=pager', 1)).map(({ id }) => id);
    expect(ids).toEqual(well.toReversed());
  });

  test('in the list of reports', async () => {
    const taskId = new ObjectId();
    const well = await copyRows(
      api,
      { from: 'reports' },
      [1, 2].map(at => ({ taskId, createdAt: new Date(at) })),
    );
    await copyRows(
      api,
      { from: 'reports' },
      ODD.map(createdAt => ({ taskId, createdAt })),
    );
    const ids = (await readAll(`/api/reports?taskId=${taskId.toHexString()}`, 1)).map(({ id }) => id);
    expect(ids).toEqual(well.toReversed());
  });
});
