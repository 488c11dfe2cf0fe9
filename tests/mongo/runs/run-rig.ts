import { ObjectId } from 'mongodb';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { PlannedTask } from '@/lib/domain/run/plan';
import { CreateRun, type Run } from '@/lib/domain/run/schema';
import type { Pathless } from '@/lib/domain/project/schema';
import type { Task } from '@/lib/domain/task/schema';
import type { Context } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { resolveCaller, type Caller } from '@/lib/services/identity/caller';
import { openRun } from '@/lib/services/runs/open-run';
import { planTasks } from '@/lib/services/runs/plan-tasks';
import { getRun } from '@/lib/services/runs/read-runs';
import { getTask } from '@/lib/services/tasks/read-tasks';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { runTaskId } from '@/lib/store/runs';
import { makeActor } from '../../support/actors';
import { makePlane, type TestPlane } from '../../support/make-plane';

const taskId = (run: Run, key: string): string => runTaskId(new ObjectId(run.id), key).toHexString();

/** A plane with a person, an orchestrator, and the moves of a run in a few words each. */
export async function makeRunRig() {
  const test: TestPlane = await makePlane();
  await ensureDefaultTenant(test.plane);
  const person = makeActor(test.plane, 'operator');
  const night = makeActor(test.plane, 'orchestrator');
  const c = test.plane.collections;
  // Tests leave planners running: none of them is about slots.
  await c.agentTypes.updateMany({}, { $set: { concurrency: 1_000 } });
  test.plane.agentTypes.clear();

  const open = (more: object = {}): Promise<Run> =>
    openRun(person, CreateRun.parse({ intent: 'a page on tea', ...more }));
  const claimTask = async (id: string, ctx: Context = night): Promise<Dispatch> => {
    const claim = { consumer: ctx.principal.id, max: 1, waitMs: 0, source: { kind: 'task' as const, id } };
    const { dispatches, reason } = await claimDispatches(ctx, claim);
    if (!dispatches[0]) throw new Error(`nothing claimed of task ${id}: ${reason}`);
    return dispatches[0];
  };
  const as = (dispatch: Dispatch): Promise<Caller> => resolveCaller(night, dispatch.key);
  const plan = async (dispatch: Dispatch, tasks: object[]): Promise<Pathless<Task>[]> =>
    planTasks(
      await as(dispatch),
      tasks.map(task => PlannedTask.parse({ title: 'a task', assignedTo: 'qa', ...task })),
    );
  const complete = (dispatch: Dispatch, output = 'done') =>
    completeDispatch(night, dispatch.id, { epoch: dispatch.epoch, output });
  const unread = (run: Run) =>
    c.messages
      .find({ newsFor: new ObjectId(run.id) })
      .sort({ seq: 1 })
      .toArray();
  return {
    ...test,
    c,
    person,
    night,
    open,
    as,
    plan,
    taskId,
    complete,
    unread,
    claimTask,
    /** The planner's next turn. */
    planner: (run: Run) => claimTask(run.planTaskId),
    worker: (run: Run, key: string) => claimTask(taskId(run, key)),
    task: (run: Run, key: string) => getTask(person, taskId(run, key)),
    run: (run: Run) => getRun(person, run.id),
    say: async (run: Run) =>
      (
        await c.messages
          .find({ threadId: new ObjectId(run.threadId) })
          .sort({ seq: 1 })
          .toArray()
      ).map(row => ({
        kind: row.kind,
        from: row.from.id,
        body: row.body,
      })),
  };
}
export type RunRig = Awaited<ReturnType<typeof makeRunRig>>;
