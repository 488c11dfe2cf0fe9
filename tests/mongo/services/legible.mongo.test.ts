import { ObjectId, type UpdateFilter } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim';
import { createMessage, postMessage } from '@/lib/services/messages/create-message';
import { listMessages, listThreadMessages } from '@/lib/services/messages/read-messages';
import type { MessageDocument } from '@/lib/store/documents';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** A driver makes messages unreadable that were taken up long ago. */

let test: TestPlane;
let person: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
});

const spoil = (id: string, update: object) =>
  test.plane.collections.messages.updateOne({ _id: new ObjectId(id) }, update as UpdateFilter<MessageDocument>);

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
    const { dispatches } = await claimDispatches(makeActor(test.plane, 'orchestrator'), claim);
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
