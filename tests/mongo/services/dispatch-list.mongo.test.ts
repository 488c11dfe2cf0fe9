import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';
import { copyRows } from '@/tests/support/list-rows';

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the route answers
type Answered = any;

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
  await api.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: 1_000 } });
  api.plane.agentTypes.clear();
});
afterAll(() => api.stop());

async function call(method: string, path: string, body?: unknown): Promise<Answered> {
  const answer = await api.call(method, path, { body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}
async function claim(kind: 'message' | 'task', id: string): Promise<Answered> {
  const { dispatches } = await call('POST', '/api/dispatches/claim', { consumer: 'c', source: { kind, id } });
  return dispatches[0];
}
const newTask = (title: string): Promise<Answered> => call('POST', '/api/tasks', { title, assignedTo: 'qa' });
const titlesOf = async (query: string): Promise<(string | null)[]> =>
  (await call('GET', `/api/dispatches?${query}`)).items.map(({ title }: Answered) => title);

describe('the list of dispatches', () => {
  it('says what the work of each is called, in a list and by itself: its task, else its thread, as it is now', async () => {
    const task = await newTask('Proofread');
    const message = await call('POST', '/api/messages', { subject: 'Ship it', body: 'now', assignedTo: 'qa' });
    const bare = await call('POST', '/api/messages', { body: 'a word alone', assignedTo: 'qa' });
    const ofTask = await claim('task', task.id);
    const ofMessage = await claim('message', message.id);
    await claim('message', bare.id);
    expect(await titlesOf('agentType=qa&status=running')).toEqual(['a word alone', 'Ship it', 'Proofread']);
    await call('PATCH', `/api/threads/${message.threadId}`, { subject: 'Ship it today' });
    expect(await titlesOf(`sourceId=${message.id}`)).toEqual(['Ship it today']);
    expect((await call('GET', `/api/dispatches/${ofMessage.id}`)).title).toBe('Ship it today');
    expect((await call('POST', `/api/dispatches/${ofTask.id}/cancel`)).title).toBe('Proofread');
  });

  it('has none for work whose title nobody can read, and none of another tenant', async () => {
    const spoilt = await newTask('spoilt');
    const moved = await newTask('moved');
    for (const { id } of [spoilt, moved]) await claim('task', id);
    const { tasks } = api.plane.collections;
    await tasks.updateOne({ _id: new ObjectId(spoilt.id as string) }, { $set: { title: 7 } as never });
    await tasks.updateOne({ _id: new ObjectId(moved.id as string) }, { $set: { tenantId: 'other' } });
    for (const { id } of [spoilt, moved]) expect(await titlesOf(`sourceId=${id}`)).toEqual([null]);
  });

  it('is of one status or of several, and says which there are', async () => {
    const [runs, fails, ends] = await Promise.all(['runs', 'fails', 'ends'].map(newTask));
    await claim('task', runs.id);
    const failed = await claim('task', fails.id);
    const ended = await claim('task', ends.id);
    await call('POST', `/api/dispatches/${failed.id}/fail`, { epoch: 1, error: 'x', retryable: false });
    await call('POST', `/api/dispatches/${ended.id}/complete`, { epoch: 1, output: 'x' });
    const ours = new Set(['runs', 'fails', 'ends']);
    const found = async (status: string) =>
      (await titlesOf(`agentType=qa&status=${status}`)).filter(title => ours.has(title!)).toSorted();
    expect(await found('failed')).toEqual(['fails']);
    expect(await found('running,failed')).toEqual(['fails', 'runs']);
    const refused = await api.call('GET', '/api/dispatches?status=running,gone');
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([
      { path: 'status', message: expect.stringContaining("got 'gone', wants of: running, waiting, ") },
    ]);
  });
});

const MINUTE_MS = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
/** Quiet after two minutes and stuck after ten, by default; `moody` is stuck before it would be quiet. */
const TYPES = ['seo', 'moody', 'gone'];
const STANDINGS = [
  { claimedAt: ago(0) },
  { claimedAt: ago(5) },
  { claimedAt: ago(60) },
  { claimedAt: ago(60), progress: { percent: 1, state: 'x', at: ago(5) } },
  { claimedAt: ago(60), progress: { percent: 1, state: 'x', at: ago(0) } },
  { claimedAt: ago(60), progress: { percent: 1, state: 'x', at: ago(50) }, resumedAt: ago(5) },
  { claimedAt: ago(60), resumedAt: ago(0) },
  { claimedAt: ago(60), leaseUntil: ago(1) },
  { claimedAt: ago(60), leaseUntil: null },
].flatMap(standing => [{ ...standing }, { ...standing, status: 'cancelling' }]);
const OVER = ['waiting', 'done', 'failed', 'released', 'lapsed', 'cancelled', 'unresponsive'].map(status => ({
  status,
  claimedAt: ago(60),
}));

describe('dispatches by their liveness', () => {
  const heard = { status: 'running', leaseUntil: ago(-60), endedAt: null, progress: null, resumedAt: null };
  const consumer = 'of-liveness';
  const found = async (query: string): Promise<Answered[]> =>
    (await call('GET', `/api/dispatches?consumer=${consumer}&limit=200&${query}`)).items;
  beforeAll(async () => {
    const thresholds = { quietAfterMs: 10 * MINUTE_MS, stuckAfterMs: 2 * MINUTE_MS };
    const type = { slug: 'moody', name: 'moody', description: 'x', systemPrompt: 'x', thresholds };
    await call('POST', '/api/agent-types', type);
    await call('PATCH', '/api/agent-types/seo', {
      revision: (await call('GET', '/api/agent-types/seo')).revision,
      thresholds: { quietAfterMs: 2 * MINUTE_MS, stuckAfterMs: 10 * MINUTE_MS },
    });
    const rows = TYPES.flatMap(agentType =>
      [...STANDINGS, ...OVER].map(fields => ({ ...heard, ...fields, agentType, consumer })),
    );
    await copyRows(api, { from: 'dispatches' }, rows);
    await copyRows(api, { from: 'dispatches', tenantId: 'other' }, rows);
  });

  it.each(['ok', 'quiet', 'stuck', 'lost', 'quiet,stuck'])(
    '%s are those that show it, and all of them',
    async asked => {
      const shown = (await found('')).filter(({ liveness }) => asked.split(',').includes(liveness));
      expect(shown.length).toBeGreaterThan(3);
      const got = await found(`liveness=${asked}`);
      expect(got).toEqual(shown);
      expect(await found(`liveness=${asked}&agentType=gone&status=running`)).toEqual(
        shown.filter(({ agentType, status }) => agentType === 'gone' && status === 'running'),
      );
    },
  );

  it('has the one that is stuck behind any number that go well', async () => {
    const well = { ...heard, agentType: 'seo', consumer: 'crowd' };
    const [stuck] = await copyRows(api, { from: 'dispatches' }, [{ ...well, claimedAt: ago(60) }]);
    await copyRows(
      api,
      { from: 'dispatches' },
      Array.from({ length: 1_200 }, () => ({ ...well, claimedAt: ago(0) })),
    );
    const { items, nextCursor } = await call('GET', '/api/dispatches?consumer=crowd&liveness=stuck&limit=1');
    expect(items.map(({ id }: Answered) => id)).toEqual([stuck]);
    expect(nextCursor).toBeNull();
  });

  it.each(['gone', 'stuck,', ''])('of no such name (%j) are refused, with the names there are', async asked => {
    const refused = await api.call('GET', `/api/dispatches?liveness=${asked}`);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([
      { path: 'liveness', message: expect.stringContaining('wants of: ok, quiet, stuck, lost') },
    ]);
  });
});
