import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '@/lib/domain/message/schema';
import type { Context } from '@/lib/services/context';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Whom a reply reaches that names nobody: the same through every door. */
let test: TestPlane;
let person: Context;
let research: Context;
let qa: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  research = makeActor(test.plane, 'agent', { agentType: 'research' });
  qa = makeActor(test.plane, 'agent', { agentType: 'qa' });
});

const messages = () => test.plane.collections.messages;
const rowOf = (id: ObjectId | string) => messages().findOne({ _id: new ObjectId(id) });

async function insertRaw(document: object): Promise<string> {
  const _id = new ObjectId();
  await messages().insertOne({ _id, body: 'raw', ...document } as never);
  test.plane.adoption.note('message', String(_id));
  await test.plane.adoption.flush();
  return String(_id);
}

interface Said {
  body?: string;
  inReplyTo: string;
  assignedTo?: string | null;
}
/** Of a reply to a person in a thread for `legal`. A raw insert is addressed by itself alone. */
type Reached = { assignedTo: string | null; status: string };
const TO_PEOPLE: Reached = { assignedTo: 'human', status: 'none' };
const TO_THE_THREADS: Reached = { assignedTo: 'legal', status: 'queued' };
const TO_NOBODY: Reached = { assignedTo: null, status: 'none' };
type Door = (threadId: string, said: Said) => Promise<string>;
const post = async (who: Context, threadId: string, said: Said) =>
  (await postMessage(who, threadId, { body: 'said', ...said })).id;
const DOORS: [string, Door, Reached][] = [
  [
    'POST /api/messages',
    async (threadId, said) => (await createMessage(person, { threadId, body: 'said', ...said })).id,
    TO_THE_THREADS,
  ],
  ['POST /api/threads/:id/messages', (threadId, said) => post(person, threadId, said), TO_THE_THREADS],
  ['an agent’s token', (threadId, said) => post(qa, threadId, said), TO_PEOPLE],
  [
    'a raw insert',
    (threadId, { inReplyTo, ...said }) =>
      insertRaw({ threadId: new ObjectId(threadId), inReplyTo: new ObjectId(inReplyTo), ...said }),
    TO_NOBODY,
  ],
];

describe.each(DOORS)('a reply by %s', (_door, reply, reached) => {
  const repliedTo = async (message: Message, more: Partial<Said> = {}) =>
    rowOf(await reply(message.threadId, { inReplyTo: message.id, ...more }));

  it('is in the inbox of the agent it replies to, or its work where it expects one', async () => {
    const told = await createMessage(research, { assignedTo: 'qa', body: 'fyi' });
    expect(await repliedTo(told)).toMatchObject({ assignedTo: 'research', status: 'none', hops: 1 });
    const expecting = await createMessage(research, { assignedTo: 'qa', body: 'say when', expectsReply: true });
    expect(await repliedTo(expecting)).toMatchObject({ assignedTo: 'research', status: 'queued', hops: 1 });
  });

  it('to a person is for people where an agent gives it, and for whom the thread is where another person does', async () => {
    const asked = await createMessage(person, { assignedTo: 'qa', body: 'please' });
    const _id = new ObjectId(asked.threadId);
    await test.plane.collections.threads.updateOne({ _id }, { $set: { assignedTo: 'legal' } });
    expect(await repliedTo(asked)).toMatchObject(reached);
  });

  it('is for whom it names, or for nobody where it says so', async () => {
    const expecting = await createMessage(research, { assignedTo: 'qa', body: 'say when', expectsReply: true });
    expect(await repliedTo(expecting, { assignedTo: null })).toMatchObject({ assignedTo: null, status: 'none' });
    expect(await repliedTo(expecting, { assignedTo: 'legal' })).toMatchObject({
      assignedTo: 'legal',
      status: 'queued',
    });
  });

  it('is stopped past the limit of hops', async () => {
    const told = await createMessage(research, { assignedTo: 'qa', body: 'thanks' });
    await messages().updateOne({ _id: new ObjectId(told.id) }, { $set: { hops: 8 } });
    expect(await repliedTo(told)).toMatchObject({ assignedTo: 'research', status: 'loop-stopped', hops: 9 });
  });
});

describe('a raw reply to a message that is raw itself', () => {
  it('is work for the agent that expects one, also when both are taken up together', async () => {
    const [asked, said] = [new ObjectId(), new ObjectId()];
    const from = { kind: 'agent', id: 'research' };
    await messages().insertMany([
      { _id: asked, body: 'say when', from, expectsReply: true },
      { _id: said, body: 'now', threadId: asked, inReplyTo: asked },
    ] as never[]);
    for (const id of [asked, said]) test.plane.adoption.note('message', String(id));
    await test.plane.adoption.flush();
    expect(await rowOf(said)).toMatchObject({ assignedTo: 'research', status: 'queued' });
  });
});
