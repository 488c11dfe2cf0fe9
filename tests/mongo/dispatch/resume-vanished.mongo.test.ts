import { ObjectId } from 'mongodb';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** Work that goes away between the two writes of a resume. */
let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makeRoomyPlane();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claim = (id: string) =>
  claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, source: { kind: 'message', id } });

it('leaves its slot and its lane free at once', async () => {
  const { dispatches, messages } = test.plane.collections;
  const work = await createMessage(person, { assignedTo: 'research', body: 'work' });
  const { id } = (await claim(work.id)).dispatches[0]!;
  const row = () => dispatches.findOne({ _id: new ObjectId(id) });
  await askQuestion(test.plane, (await row())!, { question: 'which?' });
  await postMessage(person, work.threadId!, { body: 'this one' });
  const resume = dispatches.findOneAndUpdate.bind(dispatches) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(dispatches, 'findOneAndUpdate').mockImplementationOnce((async (...args: unknown[]) => {
    const answer = await resume(...args);
    await messages.deleteOne({ _id: new ObjectId(work.id) });
    return answer;
  }) as never);
  expect((await claim(work.id)).dispatches).toEqual([]);
  const left = (await row())!;
  expect(left).toMatchObject({ status: 'released', epoch: 2, settled: true, leaseUntil: null });
  expect([left.lane, left.slot, left.open]).toEqual([undefined, undefined, undefined]);
});
