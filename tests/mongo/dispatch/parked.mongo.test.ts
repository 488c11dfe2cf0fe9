import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { startApiServer, type ApiServer } from '@/tests/support/api-server';

/** What stands still and what a person does about it, as somebody outside sees it. */
let api: ApiServer;
let operator: string;
let orchestrator: string;
let slug: string;
let count = 0;

beforeAll(async () => {
  api = await startApiServer();
  operator = await api.tokenFor('operator');
  orchestrator = await api.tokenFor('orchestrator');
});
afterAll(() => api.stop());
beforeEach(async () => {
  count += 1;
  slug = `worker-${count}`;
  await make({ leaseMs: 60_000 });
});

const KINDS = ['message', 'task'] as const;
type Kind = (typeof KINDS)[number];
interface Claimed {
  id: string;
  epoch: number;
}

const call = (method: string, path: string, body?: unknown, token = operator) =>
  api.call(method, path, { body, token });
const ok = async (answer: ReturnType<typeof call>) => {
  const { status, body, text } = await answer;
  expect(status, text).toBeLessThan(300);
  return body;
};
const make = (thresholds: object) =>
  ok(call('POST', '/api/agent-types', { slug, name: slug, concurrency: 10, thresholds }));
const post = async (kind: Kind, more: object = {}): Promise<string> => {
  const body = kind === 'message' ? { body: 'work' } : { title: 'work' };
  return (await ok(call('POST', `/api/${kind}s`, { ...body, assignedTo: slug, ...more }))).id;
};
const work = (kind: Kind, id: string) => ok(call('GET', `/api/${kind}s/${id}`));
const dispatchOf = (id: string) => ok(call('GET', `/api/dispatches/${id}`));
const claim = async (kind: Kind, id: string, token = orchestrator) =>
  (await call('POST', '/api/dispatches/claim', { consumer: 'c', source: { kind, id } }, token)).body;
const start = async (kind: Kind, more: object = {}): Promise<Claimed & { work: string }> => {
  const id = await post(kind, more);
  const { dispatches, reason } = await claim(kind, id);
  expect(dispatches, reason).toHaveLength(1);
  return { id: dispatches[0].id, epoch: dispatches[0].epoch, work: id };
};
const verb = (name: string, { id, epoch }: Claimed, body: object = {}, token = orchestrator) =>
  call('POST', `/api/dispatches/${id}/${name}`, { epoch, ...body }, token);
const steer = (name: string, { id }: Pick<Claimed, 'id'>, token = operator) =>
  call('POST', `/api/dispatches/${id}/${name}`, undefined, token);
const die = async (kind: Kind): Promise<Claimed & { work: string }> => {
  const dispatch = await start(kind);
  await ok(verb('fail', dispatch, { error: 'no such file', retryable: false }));
  return dispatch;
};
/** Its lease is over, and the sweep sees it. */
const lapse = async ({ id }: Pick<Claimed, 'id'>): Promise<string> => {
  await api.plane.collections.dispatches.updateOne({ _id: new ObjectId(id) }, { $set: { leaseUntil: new Date(0) } });
  await sweepDispatches(api.plane);
  return (await dispatchOf(id)).status;
};
const writtenBy = async (dispatchId: string) => {
  const { items } = await ok(call('GET', '/api/messages?limit=200'));
  return items.filter(({ from }: { from: { dispatchId?: string } }) => from.dispatchId === dispatchId);
};
const audit = (action: string, id: string) =>
  api.plane.collections.activity.countDocuments({ action, 'subject.id': id });

describe.each(KINDS)('a dead %s', kind => {
  it('stands with its last error until it is driven again, by its dispatch or by itself', async () => {
    const first = await die(kind);
    expect(await work(kind, first.work)).toMatchObject({ status: 'dead', reason: 'attempt 1: no such file' });
    expect(await claim(kind, first.work)).toMatchObject({ dispatches: [], reason: 'taken' });
    await ok(steer('redrive', first));
    expect(await work(kind, first.work)).toMatchObject({ attempts: 0, epoch: 1, reason: null });
    const [second] = (await claim(kind, first.work)).dispatches;
    expect(second).toMatchObject({ epoch: 2, attempt: 1 });
    await ok(verb('fail', second, { error: 'again', retryable: false }));
    const answer = await ok(call('POST', `/api/${kind}s/${first.work}/redrive`));
    expect(answer).toMatchObject({ status: kind === 'message' ? 'queued' : 'ready', attempts: 0 });
    expect(await audit('dispatch.redrive', first.id)).toBe(1);
    expect(await audit(`${kind}.redrive`, first.work)).toBe(1);
    // Nothing is dead any more, and an orchestrator decides no such thing.
    expect((await call('POST', `/api/${kind}s/${first.work}/redrive`)).status).toBe(409);
    expect((await steer('redrive', first)).status).toBe(409);
    expect((await steer('redrive', first, orchestrator)).status).toBe(403);
  });

  it('is called off, by its dispatch or by itself', async () => {
    const [one, two] = [await die(kind), await die(kind)];
    await ok(steer('cancel', one));
    await ok(call('POST', `/api/${kind}s/${two.work}/cancel`));
    for (const id of [one.work, two.work]) {
      expect(await work(kind, id)).toMatchObject({ status: 'cancelled', reason: 'cancelled by a person' });
    }
    expect((await steer('cancel', one)).status).toBe(409);
  });

  it('driven again while its type is paused is held', async () => {
    const dispatch = await die(kind);
    const { revision } = await ok(call('GET', `/api/agent-types/${slug}`));
    await ok(call('PATCH', `/api/agent-types/${slug}`, { revision, paused: true }));
    await ok(steer('redrive', dispatch));
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'held', reason: `${slug} is paused` });
  });
});

describe.each(KINDS)('the late output of a %s', kind => {
  const late = async () => {
    const dispatch = await start(kind);
    await lapse(dispatch);
    const refused = await verb('complete', dispatch, { output: 'the late answer' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'stale-epoch' } });
    expect(await dispatchOf(dispatch.id)).toMatchObject({
      status: 'lapsed',
      lateOutput: { epoch: 1, output: 'the late answer' },
    });
    return dispatch;
  };

  it('accepted ends work that nobody has, and is one message, marked late', async () => {
    const dispatch = await late();
    const answers = await Promise.all([steer('accept', dispatch), steer('accept', dispatch)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'done', reason: null });
    expect(await writtenBy(dispatch.id)).toMatchObject([{ body: 'the late answer', late: true, from: { id: slug } }]);
    expect((await dispatchOf(dispatch.id)).lateOutput).toBeNull();
    expect(await claim(kind, dispatch.work)).toMatchObject({ reason: 'taken' });
    expect(await audit('dispatch.accept', dispatch.id)).toBe(1);
    if (kind === 'task') expect((await work(kind, dispatch.work)).result.output).toBe('the late answer');
    // The session that was late tells it once more: it was decided.
    await verb('complete', dispatch, { output: 'the late answer' });
    expect((await dispatchOf(dispatch.id)).lateOutput).toBeNull();
  });

  it('accepted beside an attempt that runs is text, and leaves that attempt its work', async () => {
    const dispatch = await late();
    const [second] = (await claim(kind, dispatch.work)).dispatches;
    await ok(steer('accept', dispatch));
    expect(await writtenBy(dispatch.id)).toHaveLength(1);
    await ok(verb('complete', second, { output: 'in time' }));
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'done', epoch: 2 });
  });

  it('discarded is gone, and the work goes on', async () => {
    const dispatch = await late();
    await ok(steer('discard', dispatch));
    expect((await dispatchOf(dispatch.id)).lateOutput).toBeNull();
    expect(await writtenBy(dispatch.id)).toEqual([]);
    expect((await steer('discard', dispatch)).status).toBe(409);
    expect((await steer('accept', dispatch)).status).toBe(409);
    expect((await claim(kind, dispatch.work)).dispatches).toHaveLength(1);
  });

  it('that one person accepts and another discards has one outcome', async () => {
    const dispatch = await late();
    const [accepted, discarded] = await Promise.all([steer('accept', dispatch), steer('discard', dispatch)]);
    expect([accepted.status, discarded.status].toSorted()).toEqual([200, 409]);
    expect(await writtenBy(dispatch.id)).toHaveLength(accepted.status === 200 ? 1 : 0);
    expect((await work(kind, dispatch.work)).status === 'done').toBe(accepted.status === 200);
  });

  it('of a stopped one can still be taken', async () => {
    const dispatch = await start(kind);
    await ok(steer('cancel', dispatch));
    expect(await ok(verb('complete', dispatch, { output: 'nearly done' }))).toMatchObject({ status: 'cancelled' });
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'cancelled' });
    await ok(steer('accept', dispatch));
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'done' });
  });
});

/** Before its message, or before whoever asked is woken. */
const cutOffAccept = async (dispatch: Claimed, before: 'messages' | 'dispatches' = 'messages') => {
  const writes: { findOneAndUpdate(): Promise<unknown> } = api.plane.collections[before] as never;
  vi.spyOn(writes, 'findOneAndUpdate').mockRejectedValueOnce(new Error('killed'));
  expect((await steer('accept', dispatch)).status).toBe(500);
};

describe('the late output of a task that others depend on', () => {
  it('accepted again where that was cut off, is reported and frees them', async () => {
    const dispatch = await start('task');
    const next = await post('task', { dependsOn: [dispatch.work] });
    await lapse(dispatch);
    await verb('complete', dispatch, { output: 'the late answer' });
    await cutOffAccept(dispatch);
    expect(await work('task', next)).toMatchObject({ status: 'pending' });
    await ok(steer('accept', dispatch));
    expect(await work('task', next)).toMatchObject({ status: 'ready' });
    expect(await writtenBy(dispatch.id)).toHaveLength(1);
    const { items } = await ok(call('GET', `/api/reports?taskId=${dispatch.work}`));
    expect(items).toMatchObject([{ kind: 'result', output: 'the late answer' }]);
  });
});

describe('the late answer to a question', () => {
  it.each([null, 'messages', 'dispatches'] as const)('accepted wakes whoever asked, also cut off at: %s', async cut => {
    const asker = await start('message');
    const row = (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(asker.id) }))!;
    const { questionId } = await askQuestion(api.plane, row, { to: 'qa', question: 'which?' });
    const { dispatches } = await claim('message', questionId);
    const answerer: Claimed = dispatches[0];
    await lapse(answerer);
    await verb('complete', answerer, { output: 'this one' });
    if (cut) {
      await cutOffAccept(answerer, cut);
      // Told once more meanwhile, it is still that output.
      await verb('complete', answerer, { output: 'this one' });
    }
    await ok(steer('accept', answerer));
    expect(await writtenBy(answerer.id)).toMatchObject([{ kind: 'answer', body: 'this one' }]);
    const [resumed] = (await claim('message', asker.work)).dispatches;
    expect(resumed).toMatchObject({ id: asker.id, mode: 'resume' });
    expect(resumed.prompt).toContain('this one');
  });
});

describe.each(KINDS)('a stop of a running %s', kind => {
  it('is heard with the next heartbeat and proven, each step with its time', async () => {
    const dispatch = await start(kind);
    const stopped = await ok(call('POST', `/api/${kind}s/${dispatch.work}/cancel`));
    expect(stopped.status).toBe(kind === 'message' ? 'claimed' : 'running');
    const { status, cancelRequested, times } = await dispatchOf(dispatch.id);
    expect([status, cancelRequested, times.endedAt]).toEqual(['cancelling', true, null]);
    expect(await claim(kind, dispatch.work)).toMatchObject({ dispatches: [] });
    expect(await ok(verb('heartbeat', dispatch))).toMatchObject({ status: 'cancelling', cancelRequested: true });
    expect(await ok(verb('release', dispatch))).toMatchObject({ status: 'cancelled' });
    const ended = await dispatchOf(dispatch.id);
    expect(ended.status).toBe('cancelled');
    expect(Date.parse(ended.times.endedAt)).toBeGreaterThanOrEqual(Date.parse(ended.times.cancelRequestedAt));
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'cancelled', reason: 'stopped by a person' });
    expect(await ok(call('POST', `/api/${kind}s/${dispatch.work}/cancel`))).toMatchObject({ status: 'cancelled' });
  });

  it('that nobody answers is unresponsive once the lease is over, and frees lane and slot', async () => {
    const dispatch = await start(kind);
    await ok(steer('cancel', dispatch));
    expect(await lapse(dispatch)).toBe('unresponsive');
    const { times } = await dispatchOf(dispatch.id);
    expect(Date.parse(times.endedAt)).toBeGreaterThanOrEqual(Date.parse(times.cancelRequestedAt));
    expect(await work(kind, dispatch.work)).toMatchObject({
      status: 'cancelled',
      reason: 'stopped; its agent never confirmed',
    });
    const row = await api.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatch.id) });
    expect([row?.lane, row?.slot, row?.open]).toEqual([undefined, undefined, undefined]);
    expect((await verb('heartbeat', dispatch)).body.code).toBe('stale-epoch');
  });

  it('ends a waiting one at once: there is nobody to ask', async () => {
    const dispatch = await start(kind);
    const row = (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatch.id) }))!;
    await askQuestion(api.plane, row, { question: 'may I?' });
    await ok(call('POST', `/api/${kind}s/${dispatch.work}/cancel`));
    expect(await dispatchOf(dispatch.id)).toMatchObject({ status: 'cancelled' });
    expect(await work(kind, dispatch.work)).toMatchObject({ status: 'cancelled' });
  });

  it('is not lost between an end and its effects', async () => {
    const dispatch = await start(kind);
    await api.plane.collections.dispatches.updateOne(
      { _id: new ObjectId(dispatch.id) },
      {
        $set: { status: 'failed', error: 'x', retryable: true, settled: false, leaseUntil: null, endedAt: new Date() },
        $unset: { open: 1, lane: 1, slot: 1 },
      },
    );
    expect(await ok(call('POST', `/api/${kind}s/${dispatch.work}/cancel`))).toMatchObject({ status: 'cancelled' });
    expect((await claim(kind, dispatch.work)).dispatches).toEqual([]);
  });

  it('that finds nobody to ask yet is refused, for the work would go on unasked', async () => {
    const id = await post(kind);
    const collection = kind === 'message' ? api.plane.collections.messages : api.plane.collections.tasks;
    const status = kind === 'message' ? 'claimed' : 'running';
    // As a claim leaves it whose other write is still on its way, or was lost.
    const half = { status, dispatchId: new ObjectId(), epoch: 1 };
    await collection.updateOne({ _id: new ObjectId(id) } as never, { $set: half } as never);
    const answer = await call('POST', `/api/${kind}s/${id}/cancel`);
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    expect(await audit(`${kind}.cancel`, id)).toBe(0);
  });
});

describe('liveness', () => {
  it('goes by two clocks: progress for quiet and stuck, heartbeats for lost', async () => {
    const { revision } = await ok(call('GET', `/api/agent-types/${slug}`));
    const thresholds = { leaseMs: 3_000, quietAfterMs: 1_000, stuckAfterMs: 2_000 };
    await ok(call('PATCH', `/api/agent-types/${slug}`, { revision, thresholds }));
    const dispatch = await start('message');
    const seen = async (): Promise<string> => (await dispatchOf(dispatch.id)).liveness;
    const beating = () => verb('heartbeat', dispatch).then(seen);
    expect(await seen()).toBe('ok');
    await expect.poll(beating, { timeout: 5_000 }).toBe('quiet');
    await expect.poll(beating, { timeout: 5_000 }).toBe('stuck');
    await ok(verb('progress', dispatch, { percent: 10, state: 'going on' }));
    expect(await seen()).toBe('ok');
    // It stops beating: its lease runs out, and nothing has swept it yet.
    await expect.poll(seen, { timeout: 5_000 }).toBe('lost');
    await lapse(dispatch);
    expect(await seen()).toBe('lost');
  });
});

describe('a resumed dispatch', () => {
  it('is heard from when it was resumed on, not from before its wait, and names the revision it was given', async () => {
    const dispatch = await start('message');
    await ok(verb('progress', dispatch, { percent: 50, state: 'half' }));
    const row = (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(dispatch.id) }))!;
    await askQuestion(api.plane, row, { question: 'may I?' });
    const { threadId } = await work('message', dispatch.work);
    await ok(call('POST', `/api/threads/${threadId}/messages`, { body: 'you may' }));
    // An hour passes, and its type is edited.
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await api.plane.collections.dispatches.updateOne(
      { _id: new ObjectId(dispatch.id) },
      { $set: { claimedAt: anHourAgo, 'progress.at': anHourAgo } },
    );
    expect((await dispatchOf(dispatch.id)).times.resumedAt).toBeNull();
    const { revision } = await ok(call('GET', `/api/agent-types/${slug}`));
    await ok(call('PATCH', `/api/agent-types/${slug}`, { revision, name: 'edited' }));
    const [resumed] = (await claim('message', dispatch.work)).dispatches;
    expect(resumed).toMatchObject({ mode: 'resume', agentType: { revision: revision + 1 } });
    const record = await dispatchOf(dispatch.id);
    expect(record).toMatchObject({ liveness: 'ok', revision: revision + 1 });
    expect(Date.parse(record.times.resumedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect(Date.parse(record.times.claimedAt)).toBe(anHourAgo.getTime());
  });
});

describe('retryNotBefore', () => {
  it('holds every orchestrator of that account until then, and no other', async () => {
    const tokens = await Promise.all(
      ['night', 'day'].map(label => api.tokenFor('orchestrator', { label, account: `plan-${slug}` })),
    );
    const elsewhere = await api.tokenFor('orchestrator', { label: 'elsewhere', account: `other-${slug}` });
    const [first, second] = [await post('message'), await post('message')];
    const [dispatch] = (await claim('message', first, tokens[0])).dispatches;
    const until = Date.now() + 2_000;
    await ok(
      verb(
        'fail',
        dispatch,
        { error: 'usage limit', retryable: true, retryNotBefore: new Date(until).toISOString() },
        tokens[0],
      ),
    );
    for (const token of tokens) {
      expect(await claim('message', second, token)).toMatchObject({ dispatches: [], reason: 'held' });
      const byRank = { consumer: 'c', agentTypes: [slug] };
      expect((await call('POST', '/api/dispatches/claim', byRank, token)).body.reason).toBe('held');
    }
    expect((await claim('message', second, elsewhere)).dispatches).toHaveLength(1);
    const waiting = { consumer: 'c', agentTypes: [slug], waitMs: 10_000 };
    const { dispatches } = (await call('POST', '/api/dispatches/claim', waiting, tokens[1])).body;
    expect(dispatches).toMatchObject([{ epoch: 2, attempt: 2 }]);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });
});

describe('the pause of all dispatch', () => {
  it('holds every door: by rank, by source, raw inserts, tasks, resumes and claims that wait', async () => {
    const asker = await start('message');
    const row = (await api.plane.collections.dispatches.findOne({ _id: new ObjectId(asker.id) }))!;
    await askQuestion(api.plane, row, { question: 'may I?' });
    const { threadId } = await work('message', asker.work);
    await ok(call('POST', `/api/threads/${threadId}/messages`, { body: 'you may' }));
    const [message, task] = [await post('message'), await post('task')];
    const raw = await api.plane.collections.messages.insertOne({ assignedTo: slug, body: 'raw' } as never);
    const running = await start('message');

    const { revision } = await ok(call('GET', '/api/settings'));
    const paused = await ok(call('PATCH', '/api/settings', { revision, dispatchPaused: true }));
    const held = { dispatches: [], reason: 'held' };
    for (const id of [message, asker.work, raw.insertedId.toHexString()])
      expect(await claim('message', id)).toEqual(held);
    expect(await claim('task', task)).toEqual(held);
    const byRank = (waitMs: number) => ({ consumer: 'c', agentTypes: [slug], max: 10, waitMs });
    expect((await call('POST', '/api/dispatches/claim', byRank(0), orchestrator)).body).toEqual(held);
    // What runs goes on to its end.
    await ok(verb('heartbeat', running));
    await ok(verb('complete', running, { output: 'done' }));
    const waiting = call('POST', '/api/dispatches/claim', byRank(10_000), orchestrator);
    await ok(call('PATCH', '/api/settings', { revision: paused.revision, dispatchPaused: false }));
    const { dispatches } = (await waiting).body;
    expect(dispatches.map(({ source }: { source: { id: string } }) => source.id).toSorted()).toEqual(
      [asker.work, message, task].toSorted(),
    );
    expect((await claim('message', raw.insertedId.toHexString())).dispatches).toHaveLength(1);
  });
});
