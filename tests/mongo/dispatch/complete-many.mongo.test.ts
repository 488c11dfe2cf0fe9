import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { settleTogether } from '@/lib/services/dispatches/settle/settle-together';
import { cancelDispatch } from '@/lib/services/dispatches/steer-dispatch';
import { sweepDispatches } from '@/lib/services/dispatches/sweep';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { readDatabaseClock } from '@/lib/store/database-clock';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { programOf } from '../../support/program';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** A batch of completions is written together; each must still be what it would have been alone. */

let test: TestPlane;
let person: Context;
let night: Context;
let folder: string;
beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
  folder = mkdtempSync(join(tmpdir(), 'complete-many-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const claim = async (source: { kind: 'message' | 'task'; id: string }): Promise<Dispatch> => {
  const { dispatches, reason } = await claimDispatches(night, { consumer: 'night', max: 1, waitMs: 0, source });
  if (!dispatches[0]) throw new Error(`nothing claimed: ${reason}`);
  return dispatches[0];
};
const claimMessages = (ids: string[]) => Promise.all(ids.map(id => claim({ kind: 'message', id })));
const post = async (count: number, more: object = {}): Promise<string[]> => {
  const made = Array.from({ length: count }, (_, n) =>
    createMessage(person, { body: `work ${n}`, assignedTo: 'research', ...more }),
  );
  return (await Promise.all(made)).map(({ id }) => id);
};
const postAndClaim = async (count: number) => claimMessages(await post(count));
const itemsOf = (dispatches: { id: string; epoch: number }[], output = (n: number) => `answer ${n}`) =>
  dispatches.map(({ id, epoch }, n) => ({ id, epoch, output: output(n) }));
const rowsOf = (dispatches: { id: string }[]) =>
  test.plane.collections.dispatches.find({ _id: { $in: dispatches.map(({ id }) => new ObjectId(id)) } }).toArray();
/** What stands of each claimed message's thread, by place. */
const threadsOf = (dispatches: Dispatch[]) =>
  Promise.all(
    dispatches.map(async ({ thread }) => {
      const threadId = new ObjectId(thread!.id);
      const messages = await test.plane.collections.messages.find({ threadId }).sort({ seq: 1 }).toArray();
      return { messages, thread: (await test.plane.collections.threads.findOne({ _id: threadId }))! };
    }),
  );
const expectAllDone = async (dispatches: Dispatch[]) => {
  for (const [n, { messages, thread }] of (await threadsOf(dispatches)).entries()) {
    expect(messages.map(({ body, status, seq }) => [body, status, seq])).toEqual([
      [`work ${n}`, 'done', 1],
      [`answer ${n}`, 'none', expect.any(Number)],
    ]);
    expect(messages[1]).toMatchObject({ inReplyTo: messages[0]!._id, hops: 1, assignedTo: null, kind: 'message' });
    expect(thread.lastSeq).toBeGreaterThanOrEqual(messages[1]!.seq);
  }
  for (const row of await rowsOf(dispatches)) {
    expect(row).toMatchObject({ status: 'done', settled: true, leaseUntil: null });
    expect([row.open, row.lane, row.slot]).toEqual([undefined, undefined, undefined]);
  }
};

describe('a batch of completions', () => {
  it('ends each, posts its output as the reply, and finishes its message', async () => {
    const dispatches = await postAndClaim(25);
    const { results } = await completeDispatches(night, { items: itemsOf(dispatches) });
    expect(results).toEqual(dispatches.map(({ id }) => ({ id, status: 'done' })));
    await expectAllDone(dispatches);
    for (const { messages, thread } of await threadsOf(dispatches)) {
      expect(thread).toMatchObject({ lastSeq: 2, messageCount: 2 });
      const [source, reply] = messages;
      expect(reply!.createdAt.getTime()).toBeGreaterThanOrEqual(source!.ledger.claimedAt!.getTime());
      expect(reply).toMatchObject({ from: { kind: 'agent', id: 'research' }, createdBy: 'agent:research' });
      expect(source!.ledger.doneAt).toBeInstanceOf(Date);
    }
  });

  it('answers the same to the same again, and adds nothing', async () => {
    const dispatches = await postAndClaim(4);
    const items = itemsOf(dispatches);
    const first = await completeDispatches(night, { items });
    const again = await completeDispatches(night, { items: itemsOf(dispatches, () => 'something else') });
    expect(again).toEqual(first);
    await expectAllDone(dispatches);
  });

  it('takes the first of one that comes twice in it', async () => {
    const [dispatch, other] = await postAndClaim(2);
    const items = [
      { id: dispatch!.id, epoch: 1, output: 'answer 0' },
      { id: other!.id, epoch: 1, output: 'answer 1' },
      { id: dispatch!.id, epoch: 1, output: 'another' },
    ];
    const { results } = await completeDispatches(night, { items });
    expect(results.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
    await expectAllDone([dispatch!, other!]);
    expect(await rowsOf([dispatch!])).toMatchObject([{ output: 'answer 0' }]);
  });

  it('makes no reply of an empty output, nor where one was sent by tool, and redacts the rest', async () => {
    const dispatches = await postAndClaim(3);
    await test.plane.collections.dispatches.updateOne(
      { _id: new ObjectId(dispatches[1]!.id) },
      { $set: { replied: true } },
    );
    const outputs = ['', 'unused', `the key is ${dispatches[2]!.key}`];
    await completeDispatches(night, { items: itemsOf(dispatches, n => outputs[n]!) });
    const bodies = (await threadsOf(dispatches)).map(({ messages }) => messages.map(({ body }) => body));
    expect(bodies.map(of => of.length)).toEqual([1, 1, 2]);
    expect(bodies[2]![1]).toContain('[redacted]');
    expect(bodies[2]![1]).not.toContain(dispatches[2]!.key);
    const rows = await rowsOf(dispatches);
    expect(rows.every(({ settled, status }) => settled && status === 'done')).toBe(true);
  });

  it('gives two threads’ replies and a person’s message each a place of their own', async () => {
    const dispatches = await postAndClaim(6);
    await Promise.all([
      completeDispatches(night, { items: itemsOf(dispatches) }),
      ...dispatches.map(({ thread }) => postMessage(person, thread!.id, { body: 'meanwhile', assignedTo: null })),
    ]);
    for (const { messages, thread } of await threadsOf(dispatches)) {
      expect(messages).toHaveLength(3);
      expect(new Set(messages.map(({ seq }) => seq)).size).toBe(3);
      expect(thread.lastSeq).toBe(messages.at(-1)!.seq);
    }
  });
});

describe('of a mixed batch', () => {
  it('each item gets what it would have got alone', async () => {
    const [plain, stale, failed, waiting, stopping] = await postAndClaim(5);
    await failDispatch(night, failed!.id, { epoch: 1, error: 'no', retryable: false });
    const waitingRow = (await rowsOf([waiting!]))[0]!;
    await askQuestion(test.plane, waitingRow, { question: 'may I?' });
    await cancelDispatch(person, stopping!.id);
    const task = await createTask(person, { ...TASK, deliverables: [{ name: 'report', description: '' }] });
    const tasked = await claim({ kind: 'task', id: task.id });
    const missing = new ObjectId().toHexString();

    const { results } = await completeDispatches(night, {
      items: [
        { id: plain!.id, epoch: 1, output: 'answer 0' },
        { id: stale!.id, epoch: 7, output: 'of another epoch' },
        { id: failed!.id, epoch: 1, output: 'after the fact' },
        { id: waiting!.id, epoch: 1, output: 'not yet' },
        { id: stopping!.id, epoch: 1, output: 'too late' },
        { id: tasked.id, epoch: 1, output: 'no report' },
        { id: missing, epoch: 1, output: 'x' },
      ],
    });
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['done', undefined],
      ['refused', 'stale-epoch'],
      ['failed', undefined],
      ['refused', 'waiting'],
      ['cancelled', undefined],
      ['done', undefined],
      ['refused', 'not-found'],
    ]);
    await expectAllDone([plain!]);
    const [staleRow] = await rowsOf([stale!]);
    expect(staleRow).toMatchObject({ status: 'running' });
    const [stopped] = await rowsOf([stopping!]);
    expect(stopped).toMatchObject({ status: 'cancelled', settled: true, lateOutput: { epoch: 1, output: 'too late' } });
    const done = await test.plane.collections.tasks.findOne({ _id: new ObjectId(task.id) });
    expect(done).toMatchObject({ status: 'incomplete', result: { missing: ['report'] } });
    await completeDispatches(night, { items: itemsOf([stale!]) });
  });

  it('a lapsed lease is refused and its output kept, whoever is beside it', async () => {
    const [late, inTime] = await postAndClaim(2);
    await test.plane.collections.dispatches.updateOne(
      { _id: new ObjectId(late!.id) },
      { $set: { leaseUntil: new Date(0) } },
    );
    const { results } = await completeDispatches(night, { items: itemsOf([late!, inTime!]) });
    expect(results).toEqual([
      { id: late!.id, status: 'refused', code: 'stale-epoch' },
      { id: inTime!.id, status: 'done' },
    ]);
    expect(await rowsOf([late!])).toMatchObject([{ status: 'lapsed', lateOutput: { epoch: 1, output: 'answer 0' } }]);
    const again = await test.plane.collections.messages.findOne({ _id: new ObjectId(late!.source.id) });
    expect(again).toMatchObject({ status: 'queued', epoch: 1 });
  });

  it('an answer wakes who asked, and a reply that is work is due', async () => {
    const [asker, worker] = await postAndClaim(2);
    const { questionId } = await askQuestion(test.plane, (await rowsOf([asker!]))[0]!, {
      to: 'copywriting',
      question: 'which word?',
    });
    const handed = await test.plane.collections.messages.findOneAndUpdate(
      { _id: new ObjectId(worker!.source.id) },
      { $set: { expectsReply: true, from: { kind: 'agent', id: 'qa' } } },
    );
    const helper = await claim({ kind: 'message', id: questionId });
    await completeDispatches(night, { items: itemsOf([helper, worker!]) });
    const resumed = await claim({ kind: 'message', id: asker!.source.id });
    expect(resumed).toMatchObject({ id: asker!.id, mode: 'resume', epoch: 2 });
    const reply = await test.plane.collections.messages.findOne({ inReplyTo: handed!._id });
    expect(reply).toMatchObject({ assignedTo: 'qa', status: 'queued', body: 'answer 1' });
    await completeDispatches(night, { items: [{ id: resumed.id, epoch: 2, output: 'thanks' }] });
  });

  it('two of one thread are settled one after the other', async () => {
    const [first] = await postAndClaim(1);
    const second = await postMessage(person, first!.thread!.id, { body: 'and this', assignedTo: 'research' });
    const end = (dispatch: Dispatch, output: string) =>
      test.plane.collections.dispatches.updateOne(
        { _id: new ObjectId(dispatch.id) },
        {
          $set: { status: 'done', output, settled: false, endedAt: new Date(), leaseUntil: null },
          $unset: { open: 1, lane: 1, slot: 1 },
        },
      );
    await end(first!, 'one');
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(first!.source.id) }, { $set: { seq: 1 } });
    await test.plane.collections.messages.updateOne(
      { _id: new ObjectId(first!.source.id) },
      { $set: { status: 'waiting' } },
    );
    const next = await claim({ kind: 'message', id: second.id });
    await end(next, 'two');
    await settleTogether(test.plane, await rowsOf([first!, next]), await readDatabaseClock(test.plane.collections));
    const [{ messages }] = (await threadsOf([first!])) as [Awaited<ReturnType<typeof threadsOf>>[number]];
    expect(messages.map(({ status }) => status)).toEqual(['done', 'done', 'none', 'none']);
    expect(messages.map(({ body }) => body).toSorted()).toEqual(['and this', 'one', 'two', 'work 0']);
    expect(new Set(messages.map(({ seq }) => seq)).size).toBe(4);
  });
});

/** A process of its own; what it printed, and how it ended. */
async function run(args: string[], env: Record<string, string> = {}) {
  const { uri, name } = test.database;
  const [verb, ...rest] = args;
  const program = await programOf('tests/support/work-dispatches.ts');
  const child = spawn(process.execPath, [program, verb!, uri, name, ...rest], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code, signal, result: out === '' ? null : JSON.parse(out) };
}
function fileOf(items: object[]): string {
  const path = join(folder, `${new ObjectId().toHexString()}.json`);
  writeFileSync(path, JSON.stringify(items));
  return path;
}

describe('when its process is killed', () => {
  it.each(['complete:after-outcome', 'complete:after-place', 'complete:after-reply', 'settle:before-mark'])(
    'at %s, the sweep does the rest, once',
    { timeout: 60_000 },
    async seam => {
      const dispatches = await postAndClaim(8);
      const { signal } = await run(['complete', fileOf(itemsOf(dispatches))], { SWITCHBOARD_CRASH_AT: seam });
      expect(signal).toBe('SIGKILL');
      expect((await rowsOf(dispatches)).map(({ status, settled }) => [status, settled])).toEqual(
        dispatches.map(() => ['done', false]),
      );
      // As if the moment in which it might still be at it had passed.
      const past = new Date(Date.now() - 10_000);
      await test.plane.collections.dispatches.updateMany({ settled: false }, { $set: { updatedAt: past } });
      expect(await sweepDispatches(test.plane)).toMatchObject({ settled: 8 });
      await expectAllDone(dispatches);
      expect(await sweepDispatches(test.plane)).toMatchObject({ settled: 0 });
      const again = await completeDispatches(night, { items: itemsOf(dispatches, () => 'late') });
      expect(again.results.every(({ status }) => status === 'done')).toBe(true);
      await expectAllDone(dispatches);
    },
  );

  it('in the middle of the replies, those that stand stay the only ones', async () => {
    const dispatches = await postAndClaim(6);
    const rows = await rowsOf(dispatches);
    await test.plane.collections.dispatches.updateMany(
      { _id: { $in: rows.map(({ _id }) => _id) } },
      {
        $set: { status: 'done', settled: false, endedAt: new Date(), leaseUntil: null },
        $unset: { open: 1, lane: 1, slot: 1 },
      },
    );
    for (const [n, { id }] of dispatches.entries()) {
      await test.plane.collections.dispatches.updateOne({ _id: new ObjectId(id) }, { $set: { output: `answer ${n}` } });
    }
    const clock = await readDatabaseClock(test.plane.collections);
    await settleTogether(test.plane, (await rowsOf(dispatches)).slice(0, 3), clock);
    await Promise.all([1, 2].map(async () => settleTogether(test.plane, await rowsOf(dispatches), clock)));
    await expectAllDone(dispatches);
  });
});

describe('two processes', () => {
  it('completing the same batch at once make one outcome and one reply each', { timeout: 60_000 }, async () => {
    const dispatches = await postAndClaim(40);
    const both = await Promise.all([
      run(['complete', fileOf(itemsOf(dispatches))]),
      run(['complete', fileOf(itemsOf(dispatches).toReversed())]),
      completeDispatches(night, { items: itemsOf(dispatches) }),
    ]);
    expect(both[0].result.results).toEqual(dispatches.map(({ id }) => ({ id, status: 'done' })));
    expect(both[1].result.results).toEqual(dispatches.map(({ id }) => ({ id, status: 'done' })).toReversed());
    await expect
      .poll(async () => (await rowsOf(dispatches)).every(({ settled }) => settled), { timeout: 10_000 })
      .toBe(true);
    await expectAllDone(dispatches);
    for (const { thread } of await threadsOf(dispatches)) expect(thread).toMatchObject({ messageCount: 2, lastSeq: 2 });
  });

  it('claiming by rank at once take different work, in order, and leave none', { timeout: 60_000 }, async () => {
    const ids = await post(120, { assignedTo: 'seo' });
    const claims = await Promise.all([
      run(['claim', 'seo', '100']),
      run(['claim', 'seo', '100']),
      claimDispatches(night, { consumer: 'c', max: 100, waitMs: 0, agentTypes: ['seo'] }),
    ]);
    const rest = await claimDispatches(night, { consumer: 'c', max: 100, waitMs: 0, agentTypes: ['seo'] });
    const won = [claims[0].result, claims[1].result, claims[2], rest].flatMap(
      ({ dispatches }: { dispatches: Dispatch[] }) => dispatches,
    );
    expect(won.map(({ source }) => source.id).toSorted()).toEqual(ids.toSorted());
    const { results } = await completeDispatches(night, { items: itemsOf(won.slice(0, 100)) });
    expect(results.every(({ status }) => status === 'done')).toBe(true);
    await completeDispatches(night, { items: itemsOf(won.slice(100)) });
  });
});

const TASK = {
  title: 'a task',
  input: '',
  assignedTo: 'data-analysis',
  priority: 'normal' as const,
  projectId: null,
  threadId: null,
  dependsOn: [],
  deliverables: [],
};
