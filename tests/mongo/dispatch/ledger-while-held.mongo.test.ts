import { beforeAll, describe, expect, it } from 'vitest';
import { CreateTask } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch, failDispatch, heartbeatDispatch } from '@/lib/services/dispatches/life-cycle';
import { createMessage } from '@/lib/services/messages/create-message';
import { getMessage } from '@/lib/services/messages/read-messages';
import { createTask } from '@/lib/services/tasks/create-task';
import { getTask } from '@/lib/services/tasks/read-tasks';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

/** The first heartbeat is a step of the work's ledger as soon as it came, not only once the work is over. */
let test: TestPlane;
let night: Context;
let person: Context;
beforeAll(async () => {
  test = await makePlane();
  await ensureDefaultTenant(test.plane);
  night = makeActor(test.plane, 'orchestrator');
  person = makeActor(test.plane, 'operator');
});

async function claimOne() {
  const { dispatches } = await claimDispatches(night, { consumer: 'c', max: 1, waitMs: 0, agentTypes: ['legal'] });
  return dispatches[0]!;
}
const message = async () => (await createMessage(person, { assignedTo: 'legal', body: 'read it' })).id;
const task = async () => (await createTask(person, CreateTask.parse({ title: 'read it', assignedTo: 'legal' }))).id;

describe.each([
  ['message', message, getMessage],
  ['task', task, getTask],
] as const)('the ledger of a %s', (_kind, make, read) => {
  const firstBeat = async (id: string) => (await read(person, id)).ledger.firstHeartbeatAt;

  it('shows the first heartbeat while it is worked on, and the same when it is done', async () => {
    const id = await make();
    const { id: dispatchId, epoch } = await claimOne();
    expect(await firstBeat(id)).toBeNull();
    await heartbeatDispatch(night, dispatchId, { epoch });
    const first = await firstBeat(id);
    expect(first).toMatch(/Z$/);
    await heartbeatDispatch(night, dispatchId, { epoch });
    expect(await firstBeat(id)).toBe(first);
    await completeDispatch(night, dispatchId, { epoch, output: 'read' });
    expect(await firstBeat(id)).toBe(first);
  });

  it('keeps that of work that died', async () => {
    const id = await make();
    const { id: dispatchId, epoch } = await claimOne();
    await heartbeatDispatch(night, dispatchId, { epoch });
    await failDispatch(night, dispatchId, { epoch, error: 'no', retryable: false });
    expect(await read(person, id)).toMatchObject({ status: 'dead', ledger: { firstHeartbeatAt: expect.any(String) } });
  });
});
