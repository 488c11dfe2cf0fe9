import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TENANT } from '@/lib/domain/fields';
import { appendMessage } from '@/lib/services/messages/append-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { NewMessageRow } from '@/lib/store/messages';
import { insertMessage } from '@/lib/store/messages';
import { newId } from '@/lib/store/ids';
import { insertThread } from '@/lib/store/threads';
import { makePlane, type TestPlane } from '../support/make-plane';

/** A reply is written again after a primary's death: its first try may stand where no look for it has reached. */
let test: TestPlane;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
});

const made = (body: string, id = newId()) =>
  appendMessage(test.plane, {
    id,
    tenantId: DEFAULT_TENANT,
    from: { kind: 'user', id: 'somebody' },
    assignedTo: null,
    priority: 'normal',
    kind: 'message',
    body,
    createdBy: 'somebody',
  });

const copyOf = (row: Awaited<ReturnType<typeof made>>, body: string) => ({ ...row, body }) as unknown as NewMessageRow;

it('a message whose thread was opened before its process died is written into that thread', async () => {
  const id = newId();
  const { collections } = test.plane;
  const thread = {
    tenantId: DEFAULT_TENANT,
    createdBy: 'somebody',
    subject: '',
    title: 'half',
    priority: 'normal' as const,
  };
  const opened = { ...thread, assignedTo: null, projectId: null, status: 'open' as const, lastSeq: 1, messageCount: 1 };
  await insertThread(collections, { _id: id, ...opened });
  const row = await made('half', id);
  expect(row).toMatchObject({ _id: id, threadId: id, seq: 1 });
});

describe('a message under an id that is taken', () => {
  it('is the one that stands, unchanged', async () => {
    const first = await made('the first try');
    const again = await insertMessage(test.plane.collections, 0, copyOf(first, 'the second try'));
    expect(again).toEqual(first);
    expect(await test.plane.collections.messages.countDocuments({ threadId: first.threadId })).toBe(1);
  });

  it('is made once by ten at the same moment', async () => {
    const model = { ...(await made('a model')), _id: newId() };
    const tries = Array.from({ length: 10 }, (_, at) =>
      insertMessage(test.plane.collections, 0, copyOf(model, `try ${at}`)),
    );
    const rows = await Promise.all(tries);
    expect(new Set(rows.map(({ body }) => body)).size).toBe(1);
  });
});
