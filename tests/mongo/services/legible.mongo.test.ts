import { ObjectId, type Document } from 'mongodb';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentMessage } from '@/lib/domain/message/agent-view';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { failDispatch } from '@/lib/services/dispatches/life-cycle';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { resolveCaller, type Caller } from '@/lib/services/identity/caller';
import { listInboxItems } from '@/lib/services/inbox/list-inbox-items';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { decodeInboxPosition } from '@/lib/services/messages/inbox-position';
import { InboxWatch } from '@/lib/services/messages/inbox-watch';
import { listInbox } from '@/lib/services/messages/list-inbox';
import { listMessages, listThreadMessages } from '@/lib/services/messages/read-messages';
import { readThread } from '@/lib/services/messages/read-thread';
import { searchMessages } from '@/lib/services/messages/search-messages';
import { waitForMessage } from '@/lib/services/messages/wait-for-message';
import type { Context } from '@/lib/services/context';
import { makeActor } from '../../support/actors';
import { makeRunRig, type RunRig } from '../runs/run-rig';

/** A driver makes messages unreadable that were taken up long ago. */

let rig: RunRig;
let person: Context;
beforeAll(async () => {
  rig = await makeRunRig();
  person = rig.person;
});

const spoil = (id: string | ObjectId, update: Document) => rig.c.messages.updateOne({ _id: new ObjectId(id) }, update);

const find = async (id: string) => (await rig.c.messages.findOne({ _id: new ObjectId(id) }))!;

/** What a driver does to a message, each in its own way. */
const SPOILT: Document[] = [
  { $unset: { from: 1 } },
  { $set: { createdAt: 'yesterday' } },
  { $set: { body: 5 } },
  // It has a length and a slice, as text does.
  { $set: { body: ['five'] } },
];

describe('a message that cannot be read any more', () => {
  it('costs neither its thread nor the claims of others', async () => {
    const first = await createMessage(person, { body: 'one', assignedTo: null });
    const said = [first.id];
    for (const body of ['two', 'three', 'four']) said.push((await postMessage(person, first.threadId, { body })).id);
    const work = await postMessage(person, first.threadId, { body: 'work', assignedTo: 'qa' });
    const other = await createMessage(person, { body: 'elsewhere', assignedTo: 'qa' });
    await spoil(said[1]!, { $unset: { from: 1 } });
    await spoil(said[2]!, { $set: { createdAt: 'yesterday' } });
    await spoil(said[3]!, { $set: { body: 4 } });

    const claim = { consumer: 'one', max: 5, waitMs: 0, agentTypes: ['qa'] };
    const { dispatches } = await claimDispatches(makeActor(rig.plane, 'orchestrator'), claim);
    expect(dispatches.map(({ source }) => source.id)).toEqual([work.id, other.id]);
    expect(dispatches[0]!.thread!.messages.map(({ body }) => body)).toEqual(['one', 'work']);

    const page = await listThreadMessages(person, first.threadId, { limit: 10 });
    expect(page.items.map(({ id }) => id)).toEqual([said[0], said[3], work.id]);
    const all = await listMessages(person, { limit: 3 });
    expect(all.items.map(({ id }) => id)).toEqual([other.id, work.id, said[3]]);
    const rest = await listMessages(person, { limit: 3, cursor: all.nextCursor! });
    expect(rest.items.map(({ id }) => id)).toEqual([said[0]]);
  });
});

const inboxItems = async (query: object = {}) => listInboxItems(person, { limit: 50, ...query });

describe('the inbox of people', () => {
  it('shows the others, and its pages go on behind what cannot be read', async () => {
    const ids: string[] = [];
    for (const body of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { id } = await createMessage(person, { body, assignedTo: null });
      await spoil(id, { $set: { status: 'dead', reason: 'failed' } });
      ids.unshift(id);
    }
    for (const [at, update] of SPOILT.entries()) await spoil(ids[at + 1]!, update);
    await spoil(ids[2]!, { $set: { updatedAt: 'yesterday' } });
    expect((await inboxItems({ kind: 'dead' })).items.map(({ id }) => id)).toEqual([ids[0], ids[5]]);

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await inboxItems({ kind: 'dead', limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([ids[0], ids[5]]);
  });

  it('shows the other questions', async () => {
    const ids: string[] = [];
    for (const body of ['a', 'b', 'c', 'd', 'e']) {
      const { id } = await createMessage(person, { body, assignedTo: null });
      await spoil(id, { $set: { kind: 'question', assignedTo: 'human', status: 'none' } });
      ids.push(id);
    }
    for (const [at, update] of SPOILT.entries()) await spoil(ids[at]!, update);
    expect((await inboxItems({ kind: 'question' })).items.map(({ id }) => id)).toEqual([ids[4]]);
  });
});

const bodies = ({ items }: { items: AgentMessage[] }) => items.map(({ body }) => body);
const agent = (agentType: string): Promise<Caller> =>
  resolveCaller(makeActor(rig.plane, 'agent', { agentType }), undefined);
/** To that agent type, in one thread: one that is well, the spoilt ones, one that is well. */
async function write(assignedTo: string, word: string) {
  const first = await createMessage(person, { body: `${word} first`, assignedTo });
  const spoilt: string[] = [];
  for (const update of SPOILT) {
    const { id } = await postMessage(person, first.threadId, { body: `${word} spoilt`, assignedTo });
    await spoil(id, update);
    spoilt.push(id);
  }
  await postMessage(person, first.threadId, { body: `${word} last`, assignedTo });
  return { threadId: first.threadId, spoilt };
}
const startWaiting = (caller: Caller) => {
  const watch = new InboxWatch(rig.plane);
  onTestFinished(() => watch.stop());
  return (timeoutMs: number, after?: string) =>
    waitForMessage(caller, { timeoutMs, after }, watch, new AbortController().signal);
};

describe('an agent reads past it', () => {
  it('in its inbox, whose position counts it as seen', async () => {
    const seo = await agent('seo');
    const { spoilt } = await write('seo', 'okapi');
    const { id } = await createMessage(person, { body: 'okapi without a time', assignedTo: 'seo' });
    await spoil(id, { $unset: { arrivedAt: 1 } });
    const inbox = await listInbox(seo, { limit: 50 });
    expect(bodies(inbox)).toEqual(['okapi without a time', 'okapi last', 'okapi first']);
    const seen = decodeInboxPosition(inbox.position).seen.map(([of]) => of);
    expect(seen).toEqual(expect.arrayContaining(spoilt));
    expect(seen).not.toContain(id);
  });

  it('in a thread and in what it searches for', async () => {
    const legal = await agent('legal');
    const { threadId } = await write('legal', 'tapir');
    expect(bodies(await readThread(legal, { threadId, limit: 50 }))).toEqual(['tapir first', 'tapir last']);
    expect(bodies(await searchMessages(legal, { q: 'tapir', limit: 50 }))).toEqual(['tapir last', 'tapir first']);
  });

  it('while it waits, and its next call does not find it again', async () => {
    const wait = startWaiting(await agent('research'));
    const { position } = await wait(0);
    const { spoilt } = await write('research', 'lemur');
    const arrived = await wait(0, position);
    expect(bodies(arrived)).toEqual(['lemur first', 'lemur last']);
    expect(decodeInboxPosition(arrived.position).seen.map(([of]) => of)).toEqual(expect.arrayContaining(spoilt));
  });

  it('waits on where nothing else has come', async () => {
    const wait = startWaiting(await agent('copywriting'));
    const { position } = await wait(0);
    const { id, threadId } = await createMessage(person, { body: 'spoilt', assignedTo: 'copywriting' });
    await spoil(id, { $set: { body: 5 } });
    const none = await wait(0, position);
    expect(none.items).toEqual([]);
    expect(decodeInboxPosition(none.position).seen.map(([of]) => of)).toContain(id);

    const waiting = wait(20_000, position);
    await postMessage(person, threadId, { body: 'well', assignedTo: 'copywriting' });
    expect(bodies(await waiting)).toEqual(['well']);
  });
});

/** A planner that waits, with five tasks ended behind its back. */
async function withNews() {
  const run = await rig.open();
  const planner = await rig.planner(run);
  await rig.plan(planner, [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd' }, { key: 'e' }, { key: 'f' }]);
  await rig.complete(planner);
  for (const key of ['a', 'b', 'c', 'd', 'e']) await rig.complete(await rig.worker(run, key));
  return { run, news: await rig.unread(run) };
}

describe('what a run is told', () => {
  it('is claimed without the news that cannot be read, which resume it no more', async () => {
    const { run, news } = await withNews();
    expect(news).toHaveLength(5);
    for (const [at, update] of SPOILT.entries()) await spoil(news[at]!._id, update);
    const turn = await rig.planner(run);
    expect(turn.prompt).toContain('Task e (');
    expect(turn.prompt).not.toContain('Task b (');
    expect(await rig.unread(run)).toEqual([]);
    await rig.complete(turn);
    await expect(rig.planner(run)).rejects.toThrow('nothing claimed');
  });

  it('nor with the question that it owes an answer to', async () => {
    const { run } = await withNews();
    const worker = await rig.worker(run, 'f');
    const asked = await askFromDispatch(await rig.as(worker), { question: 'Which of the two?' });
    const turn = await rig.planner(run);
    expect(turn.prompt).toContain('Which of the two?');
    await spoil(asked.id, { $unset: { from: 1 } });
    await failDispatch(rig.night, turn.id, { epoch: turn.epoch, error: 'gone', retryable: true });
    await rig.c.tasks.updateOne({ _id: new ObjectId(run.planTaskId) }, { $set: { availableAt: new Date(0) } });
    expect((await rig.planner(run)).prompt).not.toContain('Which of the two?');
  });

  it('is not given before there is something to give it with', async () => {
    const { run, news } = await withNews();
    await rig.c.tasks.updateOne({ _id: new ObjectId(run.planTaskId) }, {
      $set: { createdAt: 'yesterday' },
    } as Document);
    await expect(rig.planner(run)).rejects.toThrow();
    expect(await rig.unread(run)).toHaveLength(news.length);
  });
});

describe('a claim', () => {
  it('is resumed without the answer, and without what it depends on, where they cannot be read', async () => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }]);
    await rig.complete(await rig.worker(run, 'a'));
    const worker = await rig.worker(run, 'b');
    const asked = await askFromDispatch(await rig.as(worker), { question: 'Which?', to: 'human' });
    const threadId = (await find(asked.id)).threadId.toHexString();
    const answer = await postMessage(person, threadId, { body: 'this one', inReplyTo: asked.id });
    await spoil(answer.id, { $unset: { from: 1 } });
    await rig.c.tasks.updateOne({ _id: new ObjectId(rig.taskId(run, 'a')) }, { $unset: { dependsOn: 1 } });
    const resumed = await rig.worker(run, 'b');
    expect(resumed.prompt).toContain('Read the answer with `read_thread`.');
  });

  it('keeps its message, whatever cannot be read among those said since', async () => {
    const work = await createMessage(person, { body: 'what the ibex wants', assignedTo: 'qa' });
    for (let n = 0; n < 50; n += 1) await postMessage(person, work.threadId, { body: `${n}` });
    await rig.c.messages.updateOne({ threadId: new ObjectId(work.threadId), body: '7' }, { $unset: { from: 1 } });
    const claim = { consumer: 'one', max: 1, waitMs: 0, source: { kind: 'message' as const, id: work.id } };
    const { dispatches } = await claimDispatches(rig.night, claim);
    expect(dispatches[0]!.prompt).toContain('what the ibex wants');
  });
});
