import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MESSAGE_STATUSES } from '@/lib/domain/message/schema';
import { TASK_STATUSES } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { createMessage } from '@/lib/services/messages/create-message';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { createTask } from '@/lib/services/tasks/create-task';
import { holdAccount } from '@/lib/store/accounts';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** Why an orchestrator that names its work gets none: `taken` is final, the others are worth coming back for. */

let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

type Kind = 'message' | 'task';
const claim = (kind: Kind, id: string, waitMs = 0) =>
  claimDispatches(night, { consumer: 'night', max: 1, waitMs, source: { kind, id } });
const reasonOf = async (kind: Kind, id: string) => {
  const { dispatches, reason } = await claim(kind, id);
  expect(dispatches).toEqual([]);
  return reason;
};
const TASK = {
  title: 't',
  input: '',
  assignedTo: 'qa',
  priority: 'normal' as const,
  projectId: null,
  threadId: null,
  dependsOn: [],
  deliverables: [],
};

describe('a claim by source answers', () => {
  it('nothing-due for what nobody has and may yet come, also of raw inserts', async () => {
    const first = await createTask(person, TASK);
    const second = await createTask(person, { ...TASK, dependsOn: [first.id] });
    const mine = await createMessage(person, { body: 'for a person', assignedTo: 'human' });
    const nobodys = await createMessage(person, { body: 'for nobody', assignedTo: null });
    const raw = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id: raw, assignedTo: 'human', body: 'raw' } as never);
    expect(await reasonOf('task', second.id)).toBe('nothing-due');
    for (const id of [mine.id, nobodys.id, raw.toHexString()])
      expect(await reasonOf('message', id)).toBe('nothing-due');
  });

  it('taken for what somebody has, also to whose account is held', async () => {
    const { id } = await createTask(person, { ...TASK, assignedTo: 'legal' });
    const due = await createTask(person, { ...TASK, assignedTo: 'legal' });
    expect((await claim('task', id)).dispatches).toHaveLength(1);
    const late = makeActor(test.plane, 'orchestrator');
    const { account } = late.principal;
    await holdAccount(test.plane.collections, 'default', account, new Date(Date.now() + 60_000));
    const theirs = async (source: string) =>
      claimDispatches(late, { consumer: 'late', max: 1, waitMs: 0, source: { kind: 'task', id: source } });
    expect(await theirs(id)).toEqual({ dispatches: [], reason: 'taken' });
    expect(await theirs(due.id)).toEqual({ dispatches: [], reason: 'held' });
  });

  it('held for what names no type', async () => {
    const raw = new ObjectId();
    await test.plane.collections.messages.insertOne({ _id: raw, assignedTo: 'no-such-type', body: 'raw' } as never);
    expect(await reasonOf('message', raw.toHexString())).toBe('held');
  });

  const MESSAGES = { none: 'nothing-due', held: 'held', unroutable: 'held', 'loop-stopped': 'held' };
  const EXPECTED: Record<Kind, Record<string, string>> = {
    message: { ...MESSAGES, waiting: 'nothing-due' },
    task: { pending: 'nothing-due', held: 'held', waiting: 'nothing-due', blocked: 'nothing-due' },
  };
  const statuses = [
    ...MESSAGE_STATUSES.filter(status => status !== 'queued').map(status => ['message', status] as const),
    ...TASK_STATUSES.filter(status => status !== 'ready').map(status => ['task', status] as const),
  ];
  it.each(statuses)('of a %s that is %s', async (kind, status) => {
    const { id } =
      kind === 'task' ? await createTask(person, TASK) : await createMessage(person, { body: 'x', assignedTo: 'qa' });
    const { messages, tasks } = test.plane.collections;
    const change = { $set: { status: status as never } };
    await (kind === 'task'
      ? tasks.updateOne({ _id: new ObjectId(id) }, change)
      : messages.updateOne({ _id: new ObjectId(id) }, change));
    expect(await reasonOf(kind, id)).toBe(EXPECTED[kind][status] ?? 'taken');
  });

  it('with the task once it is due, for one that waits', async () => {
    const first = await createTask(person, TASK);
    const second = await createTask(person, { ...TASK, dependsOn: [first.id] });
    const waits = vi.spyOn(test.plane.doorbell, 'wait');
    const waiting = claim('task', second.id, 20_000);
    // It has looked, and found nothing.
    await vi.waitFor(() => expect(waits).toHaveBeenCalled(), 20_000);
    await test.plane.collections.tasks.updateOne({ _id: new ObjectId(second.id) }, { $set: { status: 'ready' } });
    expect((await waiting).dispatches).toMatchObject([{ source: { kind: 'task', id: second.id } }]);
  });
});
