import { ObjectId, type Document } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { resolveCaller } from '@/lib/services/identity/caller';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** Work in which a driver wrote over what the plane keeps there stands in nobody's way. */

let test: TestPlane;
let person: Context;
let night: Context;
/** Each test's own: nobody finds what another left. */
let type: string;
const types = ['qa', 'seo', 'legal', 'sales', 'finance', 'design', 'research'];
beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});
beforeEach(() => {
  type = types.shift()!;
});

const write = () => createMessage(person, { body: 'work', assignedTo: type });
const claim = (max: number) => claimDispatches(night, { consumer: 'one', max, waitMs: 0, agentTypes: [type] });
const claimed = async (max: number) => (await claim(max)).dispatches.map(({ source }) => source.id);
const spoil = (id: string, update: Document) =>
  test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, update);

const NOT_CLAIMABLE: Document[] = [
  { $unset: { rankAt: 1 } },
  { $set: { rankAt: 'now' } },
  { $set: { availableAt: 5 } },
  { $unset: { lane: 1 } },
  { $set: { lane: 'its own' } },
  { $set: { seq: 'first' } },
  { $set: { attempts: 'none' } },
  { $unset: { epoch: 1 } },
  { $unset: { ledger: 1 } },
  { $set: { threadId: 'its own' } },
  { $set: { projectId: [] } },
];

describe('a claim by rank', () => {
  it('passes over what it cannot go by, and over what a driver queued itself', async () => {
    for (const update of NOT_CLAIMABLE) await spoil((await write()).id, update);
    const { messages } = test.plane.collections;
    await messages.insertOne({ tenantId: 'default', status: 'queued', assignedTo: type, body: 'raw' } as never);
    const well = [await write(), await write(), await write()].map(({ id }) => id);
    expect(await claimed(1)).toEqual(well.slice(0, 1));
    expect(await claimed(20)).toEqual(well.slice(1));
  });

  it('finds what stands behind such a one in its thread', async () => {
    const first = await write();
    const behind = await postMessage(person, first.threadId, { body: 'behind', assignedTo: type });
    await spoil(first.id, { $unset: { ledger: 1 } });
    expect(await claimed(1)).toEqual([behind.id]);
  });

  it('passes over what is answered and cannot be placed', async () => {
    await write();
    const { dispatches } = await claim(1);
    const asked = await askFromDispatch(await resolveCaller(night, dispatches[0]!.key), { question: 'Which?' });
    const question = await test.plane.collections.messages.findOne({ _id: new ObjectId(asked.id) });
    await postMessage(person, question!.threadId.toHexString(), { body: 'this', inReplyTo: asked.id });
    const { dispatches: rows } = test.plane.collections;
    await rows.updateOne({ status: 'waiting' }, { $set: { threadId: 'its own' } } as Document);
    const well = await write();
    expect(await claimed(1)).toEqual([well.id]);
  });
});

describe('a claim by source', () => {
  it('passes over what it cannot go by', async () => {
    // Without its rank it is as a driver inserts one, and is taken up.
    const spoilt = NOT_CLAIMABLE.filter(update => !('rankAt' in { ...update['$set'], ...update['$unset'] }));
    const answers = [];
    for (const update of spoilt) {
      const { id } = await write();
      await spoil(id, update);
      const source = { kind: 'message' as const, id };
      const answer = await claimDispatches(night, { consumer: 'one', max: 1, waitMs: 0, source }).then(
        ({ dispatches, reason }) => [dispatches.length, reason],
        String,
      );
      answers.push([update, answer]);
    }
    expect(answers).toEqual(spoilt.map(update => [update, [0, 'nothing-due']]));
    expect(await test.plane.collections.dispatches.countDocuments({ agentType: type })).toBe(0);
  });
});

const task = () => createTask(person, CreateTask.parse({ title: 'a task', assignedTo: type }));
const spoiltTask = async (): Promise<string> => {
  const { id } = await task();
  await test.plane.collections.tasks.updateOne({ _id: new ObjectId(id) }, {
    $set: { createdAt: 'yesterday' },
  } as Document);
  return id;
};
const endOf = async (id: string) => {
  const { tasks, dispatches } = test.plane.collections;
  const { _id, status, reason } = (await tasks.findOne({ _id: new ObjectId(id) }))!;
  const open = await dispatches.countDocuments({ 'source.id': _id, open: { $exists: true } });
  return { status, reason, open };
};

describe('work that is won and cannot be read', () => {
  const PARKED = { status: 'dead', reason: expect.stringContaining('it cannot be read'), open: 0 };

  it('is parked with the reason, and the claim takes what stands behind it', async () => {
    const spoilt = await spoiltTask();
    const well = await task();
    expect(await claimed(1)).toEqual([well.id]);
    expect(await endOf(spoilt)).toEqual(PARKED);
  });

  it('costs none of those that are read with it their claim', async () => {
    const { threads, messages } = test.plane.collections;
    const opener = await createMessage(person, { body: 'opens it', assignedTo: null });
    const spoilt = await postMessage(person, opener.threadId, { body: 'work', assignedTo: type });
    const well = await write();
    // The thread is gone, and of what would bring it back nobody can say whether it opened it.
    await threads.deleteOne({ _id: new ObjectId(opener.threadId) });
    await spoil(opener.id, { $set: { threadId: 'its own' } });
    expect(await claimed(2)).toEqual([well.id]);
    expect(await messages.findOne({ _id: new ObjectId(spoilt.id) })).toMatchObject({
      status: 'dead',
      reason: PARKED.reason,
    });
  });

  it('is over for who claims it by its id', async () => {
    const id = await spoiltTask();
    const named = { consumer: 'one', max: 1, waitMs: 0, source: { kind: 'task' as const, id } };
    expect(await claimDispatches(night, named)).toEqual({ dispatches: [], reason: 'taken' });
    expect(await endOf(id)).toEqual(PARKED);
  });
});
