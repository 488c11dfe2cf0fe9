import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { acceptLateOutput } from '@/lib/services/dispatches/steer-dispatch';
import { adoptTask } from '@/lib/services/tasks/adopt-task';
import { patchTask } from '@/lib/services/tasks/patch-task';
import { askQuestion } from '@/lib/services/dispatches/questions/ask';
import { postMessage } from '@/lib/services/messages/create-message';
import { createTask } from '@/lib/services/tasks/create-task';
import { getTask } from '@/lib/services/tasks/read-tasks';
import { sweepPending } from '@/lib/services/tasks/sweep-pending';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

let test: TestPlane;
let person: Context;
let night: Context;

beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  person = makeActor(test.plane, 'operator');
  night = makeActor(test.plane, 'orchestrator');
});

const claim = (ctx: Context, more: object = {}) =>
  claimDispatches(ctx, { consumer: ctx.principal.id, max: 1, waitMs: 0, ...more });
const rowOf = (id: string) => test.plane.collections.dispatches.findOne({ _id: new ObjectId(id) }).then(row => row!);

describe('tasks', () => {
  it('become ready when what they depend on is done, and incomplete when a deliverable is missing', async () => {
    const first = await createTask(person, { ...TASK, title: 'first' });
    const second = await createTask(person, {
      ...TASK,
      title: 'second',
      dependsOn: [first.id],
      deliverables: [{ name: 'report', description: '' }],
    });
    expect([first.status, second.status]).toEqual(['ready', 'pending']);
    const one = (await claim(night, { source: { kind: 'task', id: first.id } })).dispatches[0]!;
    await completeDispatch(night, one.id, { epoch: 1, output: 'x' });
    expect(await getTask(person, second.id)).toMatchObject({ status: 'ready' });
    const two = (await claim(night, { source: { kind: 'task', id: second.id } })).dispatches[0]!;
    expect(two.prompt).toContain('- report:');
    await completeDispatch(night, two.id, { epoch: 1, output: 'no report' });
    expect(await getTask(person, second.id)).toMatchObject({ status: 'incomplete', result: { missing: ['report'] } });
  });

  it('rank from when they became ready, not by how long others took', async () => {
    const type = { assignedTo: 'finance' };
    const first = await createTask(person, { ...TASK, ...type, title: 'first' });
    const second = await createTask(person, { ...TASK, ...type, title: 'second', dependsOn: [first.id] });
    const { dispatches } = await claim(night, { source: { kind: 'task', id: first.id } });
    const hoursAgo = { $subtract: ['$rankAt', 3 * 3_600_000] };
    await test.plane.collections.tasks.updateOne({ _id: new ObjectId(second.id) }, [{ $set: { rankAt: hoursAgo } }]);
    await completeDispatch(night, dispatches[0]!.id, { epoch: 1, output: 'x' });
    const urgent = await createTask(person, { ...TASK, ...type, title: 'urgent', priority: 'urgent' });
    const [next] = (await claim(night, { agentTypes: ['finance'] })).dispatches;
    expect(next!.source.id).toBe(urgent.id);
  });

  it('become ready by the sweep where a crash kept them from it', async () => {
    const first = await createTask(person, { ...TASK, title: 'first' });
    const second = await createTask(person, { ...TASK, title: 'second', dependsOn: [first.id] });
    const { id } = (await claim(night, { source: { kind: 'task', id: first.id } })).dispatches[0]!;
    const { dispatches, tasks } = test.plane.collections;
    await dispatches.updateOne({ _id: new ObjectId(id) }, { $set: { leaseUntil: new Date(0) } });
    await expect(completeDispatch(night, id, { epoch: 1, output: 'late' })).rejects.toMatchObject({
      code: 'stale-epoch',
    });
    vi.spyOn(tasks, 'updateMany').mockRejectedValueOnce(new Error('killed'));
    await expect(acceptLateOutput(person, id)).rejects.toThrow('killed');
    expect(await getTask(person, first.id)).toMatchObject({ status: 'done' });
    expect(await getTask(person, second.id)).toMatchObject({ status: 'pending' });
    expect(await sweepPending(test.plane)).toBe(1);
    expect(await getTask(person, second.id)).toMatchObject({ status: 'ready' });
    expect(await sweepPending(test.plane)).toBe(0);
  });

  it('that a driver wrote as pending are not made ready before they are taken up', async () => {
    const raw = { tenantId: 'default', title: 'raw', assignedTo: 'qa', status: 'pending', dependsOn: [] };
    const { insertedId } = await test.plane.collections.tasks.insertOne(raw as never);
    expect(await sweepPending(test.plane)).toBe(0);
    await adoptTask(test.plane, insertedId);
    expect(await getTask(person, insertedId.toHexString())).toMatchObject({ status: 'ready', createdBy: 'raw-insert' });
  });

  it('are done also when what came of them does not fit beside their input; it is shortened there', async () => {
    // Three bytes a character: what may be sent is counted in characters, what may be stored in bytes.
    const long = '長'.repeat(64_000);
    const { id } = await createTask(person, { ...TASK, title: 'long', input: long });
    const next = await createTask(person, { ...TASK, title: 'next', dependsOn: [id] });
    const { id: dispatchId } = (await claim(night, { source: { kind: 'task', id } })).dispatches[0]!;
    await completeDispatch(night, dispatchId, { epoch: 1, output: long });
    const { status, result } = await getTask(person, id);
    expect(status).toBe('done');
    expect(result?.output).toMatch(new RegExp(`^長{1000}… \\(.*dispatch ${dispatchId}\\)$`));
    expect(await rowOf(dispatchId)).toMatchObject({ status: 'done', settled: true, output: long });
    expect(await getTask(person, next.id)).toMatchObject({ status: 'ready' });
  });

  it('are done also where question and output together do not fit one record', async () => {
    const long = '長'.repeat(50_000);
    const { id } = await createTask(person, { ...TASK, title: 'asks' });
    const source = { kind: 'task' as const, id };
    const { id: dispatchId } = (await claim(night, { source })).dispatches[0]!;
    const { questionId } = await askQuestion(test.plane, await rowOf(dispatchId), { question: long });
    await postMessage(person, questionId, { body: 'yes' });
    const resumed = (await claim(night, { source })).dispatches[0]!;
    expect(resumed.prompt).toContain(long);
    await completeDispatch(night, dispatchId, { epoch: resumed.epoch, output: long });
    expect(await getTask(person, id)).toMatchObject({ status: 'done', result: { output: long } });
  });
});

const named = (...names: string[]) => names.map(name => ({ name, description: '' }));

describe('deliverables', () => {
  it.each([
    [
      'as it is made',
      (deliverables: typeof TASK.deliverables) => createTask(person, { ...TASK, title: 'a', deliverables }),
    ],
    [
      'when it is changed',
      async (deliverables: typeof TASK.deliverables) =>
        patchTask(person, (await createTask(person, { ...TASK, title: 'b' })).id, { deliverables }),
    ],
  ])('of a task have each a name of their own, %s', async (_when, write) => {
    await expect(write(named('report', 'text', 'report'))).rejects.toMatchObject({
      code: 'validation-failed',
      errors: [{ path: 'deliverables.2.name', message: "got 'report' twice, wants each name once" }],
    });
    // As they would be stored.
    await expect(write(named('dk_aaaaaaaaaa', 'dk_bbbbbbbbbb'))).rejects.toMatchObject({ code: 'validation-failed' });
    expect(await write(named('report', 'text'))).toMatchObject({ deliverables: named('report', 'text') });
  });
});

const TASK = {
  input: '',
  assignedTo: 'data-analysis',
  priority: 'normal' as const,
  projectId: null,
  threadId: null,
  dependsOn: [],
  deliverables: [] as { name: string; description: string }[],
};
