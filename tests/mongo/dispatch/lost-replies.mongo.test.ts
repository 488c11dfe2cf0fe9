import { ObjectId, type TopologyDescription } from 'mongodb';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { createMessage } from '@/lib/services/messages/create-message';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** The replies of a batch wait for no majority: they may go with the primary that took them, before their messages are done. */
let test: TestPlane;
let night: Context;
beforeAll(async () => {
  test = await makeRoomyPlane();
  night = makeActor(test.plane, 'orchestrator');
});
afterEach(() => void vi.restoreAllMocks());

const rows = () => test.plane.collections;
const topology = (primary: string) =>
  ({ servers: new Map([[primary, { type: 'RSPrimary', address: primary }]]) }) as unknown as TopologyDescription;

async function claimTwo() {
  const person = makeActor(test.plane, 'operator');
  for (const body of ['one', 'two']) await createMessage(person, { assignedTo: 'legal', body });
  return (await claimDispatches(night, { consumer: 'c', max: 2, waitMs: 0, agentTypes: ['legal'] })).dispatches;
}
type Claimed = Awaited<ReturnType<typeof claimTwo>>;

/** The primary is another one, as the driver tells it, and has not what the old one alone had. */
async function elect(lose: () => Promise<unknown>): Promise<void> {
  await lose();
  const told = { previousDescription: topology('old:1'), newDescription: topology('new:2') };
  rows().dispatches.db.client.emit('topologyDescriptionChanged', told as never);
}

/** Once, when the replies stand. */
function afterReplies(run: () => Promise<unknown>): void {
  const { messages } = rows();
  const write = messages.insertMany.bind(messages) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(messages, 'insertMany').mockImplementationOnce((async (...args: unknown[]) => {
    const answer = await write(...args);
    await run();
    return answer;
  }) as never);
}

const idsOf = (claimed: Claimed) => claimed.map(({ source }) => new ObjectId(source.id));
const loseReplies = (claimed: Claimed) => rows().messages.deleteMany({ inReplyTo: { $in: idsOf(claimed) } });
const losePlaces = (claimed: Claimed) =>
  rows().threads.updateMany(
    { _id: { $in: claimed.map(({ thread }) => new ObjectId(thread!.id)) } },
    { $set: { lastSeq: 1, messageCount: 1 }, $unset: { seqTakenBy: true } },
  );

it.each([
  ['replies', (claimed: Claimed) => loseReplies(claimed)],
  ['places of the replies', (claimed: Claimed) => losePlaces(claimed)],
  ['replies and their places', (claimed: Claimed) => Promise.all([loseReplies(claimed), losePlaces(claimed)])],
  ['none of them', async () => undefined],
])('a new primary that has not the %s is given them again, each once', async (_what, lose) => {
  const claimed = await claimTwo();
  afterReplies(() => elect(() => lose(claimed)));
  const items = claimed.map(({ id, epoch }) => ({ id, epoch, output: `of ${id}` }));
  const { results } = await completeDispatches(night, { items });
  expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
  const replies = await rows()
    .messages.find({ inReplyTo: { $in: idsOf(claimed) } })
    .toArray();
  expect(replies.map(({ body, seq }) => [body, seq]).toSorted()).toEqual(
    items.map(({ output }) => [output, 2]).toSorted(),
  );
  for (const { thread } of claimed) {
    const row = await rows().threads.findOne({ _id: new ObjectId(thread!.id) });
    expect(row).toMatchObject({ lastSeq: 2, messageCount: 2 });
  }
  expect(await rows().dispatches.countDocuments({ settled: false })).toBe(0);
});

it('a database that elects all the time gets each reply by itself', async () => {
  const claimed = await claimTwo();
  const { messages } = rows();
  const write = messages.insertMany.bind(messages) as (...args: unknown[]) => Promise<unknown>;
  vi.spyOn(messages, 'insertMany').mockImplementation((async (...args: unknown[]) => {
    const answer = await write(...args);
    await elect(() => loseReplies(claimed));
    return answer;
  }) as never);
  const items = claimed.map(({ id, epoch }) => ({ id, epoch, output: 'done' }));
  const { results } = await completeDispatches(night, { items });
  expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
  expect(await messages.countDocuments({ inReplyTo: { $in: idsOf(claimed) } })).toBe(2);
  expect(await rows().dispatches.countDocuments({ settled: false })).toBe(0);
});
