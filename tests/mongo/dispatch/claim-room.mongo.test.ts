import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { MOST_CHARACTERS } from '@/lib/services/dispatches/bundle/text-lengths';
import { askFromDispatch } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { resolveCaller } from '@/lib/services/identity/caller';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** What one claim hands out is bounded in size: what does not fit is due as before, and the next claim's. */

let test: TestPlane;
let person: Context;
let night: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  await test.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: 100 } });
  test.plane.agentTypes.clear();
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const LONG = 'x'.repeat(250_000);

/** As a driver may have filled it, in a few large writes. */
async function fill(threadId: string, lastSeq: number): Promise<void> {
  const { messages, threads } = test.plane.collections;
  const id = new ObjectId(threadId);
  const opener = (await messages.findOne({ threadId: id }))!;
  const rows = Array.from({ length: 49 }, (_, n) => {
    return { ...opener, _id: new ObjectId(), assignedTo: null, status: 'none', seq: n + 2, body: LONG };
  });
  await messages.insertMany(rows as never);
  await threads.updateOne({ _id: id }, { $set: { lastSeq } });
}

const claim = async (type: string, max: number) =>
  (await claimDispatches(night, { consumer: 'one', max, waitMs: 0, agentTypes: [type] })).dispatches;
/** As an answer carries them. */
const size = (dispatches: unknown[]) => JSON.stringify(dispatches).length;

it.each([
  ['short threads, read together', 'qa', 50],
  ['long threads, read one by one', 'seo', 51],
])(
  'of %s, each as long as it may be, a claim hands out what fits and gives back the rest',
  async (_, type, lastSeq) => {
    const work = [];
    for (let n = 0; n < 5; n += 1) work.push(await createMessage(person, { body: 'work', assignedTo: type }));
    for (const { threadId } of work) await fill(threadId, lastSeq);
    const ids = work.map(({ id }) => id);
    const seen: string[] = [];
    for (let claims = 0; claims < work.length; claims += 1) {
      const dispatches = await claim(type, 10);
      expect(dispatches.map(({ thread }) => thread?.messages.length)).toEqual(dispatches.map(() => 50));
      expect(size(dispatches)).toBeLessThan(1.1 * MOST_CHARACTERS);
      expect(dispatches.map(({ attempt }) => attempt)).toEqual(dispatches.map(() => 1));
      seen.push(...dispatches.map(({ source }) => source.id));
      const { messages } = test.plane.collections;
      const due = await messages.find({ assignedTo: type, status: 'queued' }).toArray();
      expect(due.map(({ attempts }) => attempts)).toEqual(due.map(() => 0));
      expect([...seen, ...due.map(({ _id }) => _id.toHexString())].toSorted()).toEqual(ids.toSorted());
      if (due.length === 0) break;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  },
);

it('leaves what waits for its agent waiting, where its answer does not fit', async () => {
  const work = [];
  for (let n = 0; n < 3; n += 1) work.push(await createMessage(person, { body: 'work', assignedTo: 'legal' }));
  for (const { key } of await claim('legal', 3)) {
    const asked = await askFromDispatch(await resolveCaller(night, key), { question: 'Which?' });
    const question = await test.plane.collections.messages.findOne({ _id: new ObjectId(asked.id) });
    await postMessage(person, question!.threadId.toHexString(), { body: 'this', inReplyTo: asked.id });
  }
  for (const { threadId } of work) await fill(threadId, 51);
  const seen: string[] = [];
  for (let claims = 0; claims < work.length && seen.length < work.length; claims += 1) {
    const dispatches = await claim('legal', 10);
    expect(size(dispatches)).toBeLessThan(1.1 * MOST_CHARACTERS);
    expect(dispatches.map(({ mode, epoch }) => ({ mode, epoch }))).toEqual(
      dispatches.map(() => ({ mode: 'resume', epoch: 2 })),
    );
    seen.push(...dispatches.map(({ source }) => source.id));
  }
  expect(seen.toSorted()).toEqual(work.map(({ id }) => id).toSorted());
});

/** As five claims that are still reading. */
async function occupy(): Promise<() => void> {
  const shares = Array.from({ length: 5 }, () => test.plane.bundleMemory.share());
  await Promise.all(shares.map(share => share.enter()));
  return () => shares.forEach(share => share.end());
}

const claimOne = (id: string) =>
  claimDispatches(night, { consumer: 'one', max: 1, waitMs: 0, source: { kind: 'message', id } });

describe('while other claims have as much in memory as may be', () => {
  it('what was claimed is due as before, with no attempt spent, and the answer says why', async () => {
    const { id } = await createMessage(person, { body: 'work', assignedTo: 'research' });
    const leave = await occupy();
    try {
      expect(await claimOne(id)).toEqual({ dispatches: [], reason: 'at-capacity' });
    } finally {
      leave();
    }
    const [dispatch] = (await claimOne(id)).dispatches;
    expect(dispatch).toMatchObject({ source: { id }, attempt: 1, epoch: 2 });
  });

  it('it is handed out as soon as one of them has read', async () => {
    const { id } = await createMessage(person, { body: 'work', assignedTo: 'research' });
    const leave = await occupy();
    const claiming = claimOne(id);
    setTimeout(leave, 100);
    expect((await claiming).dispatches).toMatchObject([{ source: { id }, attempt: 1, epoch: 1 }]);
  });

  it('a raw message is claimed at once, for nothing long is read for it', async () => {
    const _id = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id, assignedTo: 'research', body: 'raw' } as never);
    const leave = await occupy();
    try {
      expect((await claimOne(_id.toHexString())).dispatches).toMatchObject([{ attempt: 1, epoch: 1 }]);
    } finally {
      leave();
    }
  });
});
