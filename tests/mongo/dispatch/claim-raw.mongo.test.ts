import { ObjectId } from 'mongodb';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Plane } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch, releaseDispatch } from '@/lib/services/dispatches/life-cycle';
import { adoptRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { listThreadMessages } from '@/lib/services/messages/read-messages';
import { ThreadOpener } from '@/lib/services/messages/adoption/thread-opener';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { openRawThreads } from '@/lib/store/threads';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';
import { secondPlane } from '../../support/second-plane';

/** A raw insert that the stream showed is claimed by two writes side by side: each gate must hold by itself. */

let test: TestPlane;
/** Another process on the same database: it shares no queue, no intake and no verdicts. */
let other: Plane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  other = secondPlane(test.plane);
});
beforeEach(() => limit(500));

const limit = async (concurrency: number) => {
  await test.plane.collections.agentTypes.updateOne({ slug: 'research' }, { $set: { concurrency } });
  test.plane.agentTypes.clear();
};
const insertRaw = async (body: string): Promise<string> => {
  const _id = new ObjectId();
  await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body } as never);
  for (const plane of [test.plane, other]) {
    plane.rawIntake.note(String(_id));
    await plane.rawIntake.get(String(_id));
  }
  return String(_id);
};
const claim = (plane: Plane, id: string) =>
  claimDispatches(makeActor(plane, 'orchestrator'), {
    consumer: plane.processName,
    max: 1,
    waitMs: 0,
    source: { kind: 'message', id },
  });
const rowOf = (id: string) => test.plane.collections.messages.findOne({ _id: new ObjectId(id) }).then(row => row!);
const openOf = (id: string) => test.plane.collections.dispatches.find({ open: new ObjectId(id) }).toArray();
const finish = (dispatches: Dispatch[]) =>
  Promise.all(
    dispatches.map(({ id, epoch }) =>
      completeDispatch(makeActor(test.plane, 'orchestrator'), id, { epoch, output: '' }),
    ),
  );

describe('a raw insert that the stream showed', () => {
  it('has one dispatch however two processes race for it, and is left to nobody by neither', async () => {
    for (let round = 0; round < 60; round += 1) {
      const id = await insertRaw(`race ${round}`);
      const results = await Promise.all([claim(test.plane, id), claim(other, id)]);
      let won = results.flatMap(({ dispatches }) => dispatches);
      expect(won.length).toBeLessThanOrEqual(1);
      // Both may have given way to the other; then it is due, and nothing stands in the way of the next.
      if (won.length === 0) won = (await claim(test.plane, id)).dispatches;
      expect(won).toHaveLength(1);
      const row = await rowOf(id);
      expect(row).toMatchObject({ status: 'claimed', epoch: won[0]!.epoch, attempts: 1, seq: 1 });
      expect(String(row.dispatchId)).toBe(won[0]!.id);
      expect((await openOf(id)).map(({ _id }) => String(_id))).toEqual([won[0]!.id]);
      await finish(won);
    }
  });

  it('never takes more slots than its type has, and what got none is due as before', async () => {
    await limit(2);
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => insertRaw(`slot ${n}`)));
    const results = await Promise.all(ids.map((id, n) => claim(n % 2 === 0 ? test.plane : other, id)));
    const won = results.flatMap(({ dispatches }) => dispatches);
    expect(won.length).toBeGreaterThan(0);
    expect(await test.plane.collections.dispatches.countDocuments({ slot: { $type: 'string' } })).toBe(won.length);
    expect(won.length).toBeLessThanOrEqual(2);
    const held = new Set(won.map(({ source }) => source.id));
    for (const id of ids.filter(each => !held.has(each))) {
      const row = await rowOf(id);
      expect([undefined, 'queued']).toContain(row.status);
      expect(row.attempts ?? 0).toBe(0);
      expect(await openOf(id)).toEqual([]);
    }
    await finish(won);
    await limit(500);
    for (const id of ids.filter(each => !held.has(each))) {
      const { dispatches } = await claim(other, id);
      expect(dispatches).toHaveLength(1);
      expect(dispatches[0]).toMatchObject({ attempt: 1 });
      await finish(dispatches);
    }
  });

  it('goes back when its lane is held, and no attempt is spent', async () => {
    const id = await insertRaw('lane');
    const { insertedId } = await test.plane.collections.dispatches.insertOne({
      _id: new ObjectId(),
      lane: new ObjectId(id),
      tenantId: 'default',
      agentType: 'qa',
      status: 'running',
    } as never);
    expect(await claim(test.plane, id)).toMatchObject({ dispatches: [] });
    expect(await rowOf(id)).toMatchObject({ status: 'queued', attempts: 0, dispatchId: null });
    await test.plane.collections.dispatches.deleteOne({ _id: insertedId });
    const { dispatches } = await claim(test.plane, id);
    expect(dispatches).toHaveLength(1);
    expect(dispatches[0]!.epoch).toBeGreaterThan(1);
    await finish(dispatches);
  });

  it('is handed out with the words its driver left there last, short or long, alone or with others', async () => {
    const long = 'long '.repeat(2_000);
    for (const together of [1, 3]) {
      const bodies = Array.from({ length: together }, (_, n) => (n === 1 ? long : `first words ${n}`));
      const ids = await Promise.all(bodies.map(insertRaw));
      const last = bodies.map(body => `${body} and then others`);
      await test.plane.collections.messages.updateOne({ _id: new ObjectId(ids[0]) }, { $set: { body: last[0]! } });
      const first = await Promise.all(ids.map(id => claim(test.plane, id)));
      const won = first.flatMap(({ dispatches }) => dispatches);
      expect(won.map(({ thread }) => thread?.messages[0]?.body)).toEqual([last[0], ...bodies.slice(1)]);
      expect(won.every(({ attempt, thread }) => attempt === 1 && thread?.messages[0]?.status === 'claimed')).toBe(true);
      await finish(won);
    }
    const id = await insertRaw(long);
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { body: 'short now' } });
    const { dispatches } = await claim(test.plane, id);
    expect(dispatches[0]).toMatchObject({ thread: { messages: [{ body: 'short now' }] } });
    await finish(dispatches);
  });

  it('is handed out under the subject its driver gave it last', async () => {
    const id = await insertRaw('renamed');
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { subject: 'new' } as object });
    const { dispatches } = await claim(test.plane, id);
    expect(dispatches).toMatchObject([{ thread: { subject: 'new' } }]);
    await finish(dispatches);
  });

  it('costs those it came with nothing when its slot was taken by another process', async () => {
    await limit(9);
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => insertRaw(`crowded ${n}`)));
    // Four claims a process, each slot any of nine: some lose theirs to the other process, and find another.
    for (let round = 0; round < 8; round += 1) {
      const results = await Promise.all(ids.map((id, n) => claim(n % 2 === 0 ? test.plane : other, id)));
      const won = results.flatMap(({ dispatches }) => dispatches);
      expect(won.map(({ source }) => source.id).toSorted()).toEqual(ids.toSorted());
      // None was given back on the way.
      expect(won.every(({ epoch }) => epoch === 1)).toBe(true);
      const slots = await test.plane.collections.dispatches.distinct('slot', { slot: { $type: 'string' } });
      expect(slots).toHaveLength(8);
      await finish(won);
      ids.splice(0, 8, ...(await Promise.all(Array.from({ length: 8 }, (_, n) => insertRaw(`crowd ${round} ${n}`)))));
    }
  });

  it('is read again when a driver changed it meanwhile, and its dispatch is withdrawn', async () => {
    const id = await insertRaw('changed');
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, { $set: { assignedTo: 'qa' } });
    const { dispatches } = await claim(test.plane, id);
    expect(dispatches).toHaveLength(1);
    expect(dispatches[0]).toMatchObject({ agentType: { slug: 'qa' } });
    expect(await openOf(id)).toHaveLength(1);
    await finish(dispatches);
  });
});

describe('a raw insert whose first claim died before it took it up', () => {
  it('is claimed again, though it was taken up since and counts from nothing', async () => {
    const id = await insertRaw('died between');
    const ended = { source: { kind: 'message', id: new ObjectId(id) }, epoch: 1, status: 'lapsed', settled: true };
    await test.plane.collections.dispatches.insertOne({ _id: new ObjectId(), tenantId: 'default', ...ended } as never);
    await adoptRawMessages(test.plane, [new ObjectId(id)]);
    expect(await claim(test.plane, id)).toMatchObject({ dispatches: [], reason: 'taken' });
    const { dispatches } = await claim(test.plane, id);
    expect(dispatches).toMatchObject([{ epoch: 2, attempt: 1 }]);
    await finish(dispatches);
  });
});

describe('a raw insert with options that are no strings', () => {
  it('is listed as malformed', async () => {
    const id = await insertRaw('options');
    const looksLikeAnother = { $setField: { field: '_bsontype', input: {}, value: 'x' } };
    await test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, [
      { $set: { options: [looksLikeAnother] } },
    ]);
    test.plane.rawIntake.forget(id);
    expect(await claim(test.plane, id)).toMatchObject({ dispatches: [] });
    const listed = await test.plane.collections.malformed.findOne({ documentId: id });
    expect(listed?.reason).toBe('options: got a list with other things in it, wants a list of strings');
  });
});

describe('a raw insert that its driver put past the validator', () => {
  it('is listed as malformed, is claimed by nobody, and stands in the way of no other', async () => {
    const _id = new ObjectId();
    const raw = { _id, assignedTo: 'research', body: 'x', subject: 's'.repeat(256 * 1024) };
    await test.plane.collections.messages.insertOne(raw as never, { bypassDocumentValidation: true });
    test.plane.rawIntake.note(String(_id));
    await test.plane.rawIntake.get(String(_id));
    const id = await insertRaw('short');
    const { dispatches } = await claim(test.plane, id);
    await test.plane.adoption.flush();
    expect(await threadOf(id)).toMatchObject({ lastSeq: 1 });
    expect(await threadOf(String(_id))).toBeNull();
    expect(await claim(test.plane, String(_id))).toEqual({ dispatches: [], reason: 'taken' });
    const listed = await test.plane.collections.malformed.findOne({ documentId: String(_id) });
    expect(listed?.reason).toMatch(/^the whole record: got 26\d{4} bytes, wants at most 262144$/);
    await finish(dispatches);
    await test.plane.collections.messages.deleteOne({ _id });
  });
});

/** Takes threads and never writes one: its process died. */
const deadOpener = () => {
  const opener = new ThreadOpener(
    threads => openRawThreads(test.plane.collections, threads),
    () => undefined,
  );
  opener.note = () => true;
  return opener;
};
const threadOf = (id: string) => test.plane.collections.threads.findOne({ _id: new ObjectId(id) });
const placesOf = async (id: string) => {
  const { items } = await listThreadMessages(makeActor(other, 'admin'), id, { limit: 50 });
  return items.map(({ body, seq }) => `${seq} ${body}`);
};

const claimed = async (body: string) => {
  const id = await insertRaw(body);
  const { dispatches } = await claim(test.plane, id);
  expect(dispatches).toMatchObject([{ thread: { id, messages: [{ body }] } }]);
  expect(await threadOf(id)).toBeNull();
  return { id, dispatches, dispatch: dispatches[0]! };
};

/** Its thread is written a moment after the claim. Here that moment does not come: the process died in it. */
describe('a claimed raw insert whose thread is not there yet', () => {
  beforeAll(() => {
    for (const plane of [test.plane, other]) plane.threadOpener = deadOpener();
  });

  it('shows it to whoever asks for the thread, at any process', async () => {
    const { id, dispatches } = await claimed('read');
    expect(await placesOf(id)).toEqual(['1 read']);
    expect(await threadOf(id)).toMatchObject({ title: 'read', lastSeq: 1, messageCount: 1 });
    await finish(dispatches);
  });

  it('has its reply behind it', async () => {
    const { id, dispatch } = await claimed('answered');
    const { epoch } = dispatch;
    await completeDispatch(makeActor(other, 'orchestrator'), dispatch.id, { epoch, output: 'the answer' });
    expect(await placesOf(id)).toEqual(['1 answered', '2 the answer']);
  });

  it('stays in front of what a driver writes into its thread', async () => {
    const { id, dispatches } = await claimed('first');
    const _id = new ObjectId();
    await other.collections.messages.insertOne({ _id, threadId: new ObjectId(id), body: 'second' } as never);
    await adoptRawMessages(other, [_id]);
    expect(await placesOf(id)).toEqual(['1 first', '2 second']);
    await finish(dispatches);
  });

  it('is claimed again with its thread when it came back', async () => {
    const { id, dispatch } = await claimed('given back');
    const { epoch } = dispatch;
    await releaseDispatch(makeActor(test.plane, 'orchestrator'), dispatch.id, { epoch });
    const again = (await claim(other, id)).dispatches;
    expect(again).toMatchObject([{ thread: { id, messages: [{ body: 'given back' }] } }]);
    expect(await threadOf(id)).toMatchObject({ lastSeq: 1 });
    await finish(again);
  });
});
