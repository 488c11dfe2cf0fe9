import { createHash } from 'node:crypto';
import { redactSecrets } from '../../domain/redact';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, type FieldError } from '../../domain/errors';
import { inOrder, judgePlan, MAX_RUN_TASKS, type PlannedTask } from '../../domain/run/plan';
import type { Pathless } from '../../domain/project/schema';
import { isRunOver } from '../../domain/run/schema';
import type { Task } from '../../domain/task/schema';
import { must } from '../../kernel/assert';
import type { AgentTypeDocument, ObjectId, RunDocument } from '../../store/documents';
import { hex } from '../../store/ids';
import { findRun, runTaskId } from '../../store/runs';
import { findTasksById, putTasks, readyWhole, type NewTask } from '../../store/tasks';
import { legible } from '../../store/to-record/legible';
import { toTask } from '../../store/to-record/work';
import { crashPoint } from '../../telemetry/crash-point';
import { recordActivity } from '../activity/record-activity';
import { holdOf } from '../budgets/spent';
import type { Plane } from '../context';
import { requireDispatch, requireReader, requireWriter, type Caller } from '../identity/caller';
import { redactDeliverables } from '../tasks/deliverables';
import { closeRun } from './close-run';
import { followRun } from './follow-run';
import { readRunTasks, type JudgedTask } from './run-tasks';
import { requirePlanner } from './topology';

/**
 * Puts tasks into the planner's own run. The same entry again is the same task; another under a key that is taken is
 * refused, with nothing of the call written. Each is stored after all it depends on, so none is ready too early.
 */
export async function planTasks(caller: Caller, asked: PlannedTask[]): Promise<Pathless<Task>[]> {
  // First of all, so that what is judged and compared is what is stored.
  const tasks = asked.map(redacted);
  const { dispatch } = requireDispatch(caller);
  const runId = requirePlanner(dispatch, 'plan tasks');
  requireWriter(caller);
  const { plane, principal } = caller.ctx;
  const run = await requireOpenRun(plane, principal.tenantId, runId);
  const { work } = await readRunTasks(plane, run);
  const planned = new Map(work.flatMap(task => (task.key === null ? [] : [[task.key, task] as const])));
  const types = await judge(plane, run, tasks, planned);
  const fresh = inOrder(tasks).filter(({ key }) => !planned.has(key));
  if (fresh.length > 0) {
    await putTasks(
      plane.collections,
      await Promise.all(
        fresh.map(async task => ({
          task: await newTask(plane, run, task, { planned, types }),
          yieldsMs: YIELDS_MS[task.priority],
        })),
      ),
    );
    crashPoint('plan:after-tasks');
    // What they depend on may have been done, and the run cancelled, since both were looked at.
    await readyWhole(plane.collections, run.tenantId, { runId });
    await followRun(plane, run.tenantId, runId);
    await closeRun(plane, run.tenantId, runId);
    plane.doorbell.ring(run.tenantId);
    const changes = [{ field: 'tasks', before: null, after: fresh.map(({ key }) => key) }];
    await recordActivity(caller.ctx, { action: 'run.plan', subject: { kind: 'run', id: hex(runId) }, changes });
  }
  return readBack(plane, run, tasks);
}

/** What this planner planned so before, for a repeat of the call: also when its dispatch may not write any more. */
export async function readPlanned(caller: Caller, tasks: PlannedTask[]): Promise<Pathless<Task>[]> {
  const runId = requirePlanner(requireDispatch(caller).dispatch, 'plan tasks');
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  return readBack(plane, { _id: runId, tenantId: principal.tenantId }, tasks);
}

const redacted = (task: PlannedTask): PlannedTask => ({
  ...task,
  title: redactSecrets(task.title),
  input: redactSecrets(task.input),
  deliverables: redactDeliverables(task.deliverables),
});

async function requireOpenRun(plane: Plane, tenantId: string, runId: ObjectId): Promise<RunDocument> {
  const run = must(await findRun(plane.collections, tenantId, runId), 'a planner has its run');
  if (!isRunOver(run.status)) return run;
  throw new ControlPlaneError('conflict', `This run is ${run.status}; nothing can be planned into it. End your turn.`);
}

type Planned = ReadonlyMap<string, JudgedTask>;
type Types = ReadonlyMap<string, AgentTypeDocument>;

async function judge(plane: Plane, run: RunDocument, tasks: PlannedTask[], planned: Planned): Promise<Types> {
  const types = new Map((await plane.agentTypes.list(run.tenantId)).map(type => [type.slug, type]));
  const errors = [
    ...judgePlan(tasks, new Set(planned.keys())),
    ...tasks.flatMap((task, at) => typeErrors(task, at, types)),
  ];
  if (errors.length > 0) {
    const [first] = errors;
    throw new ControlPlaneError('validation-failed', `${first!.path}: ${first!.message}`, { errors });
  }
  const other = tasks.find(task => planned.has(task.key) && planned.get(task.key)!.row.planHash !== hashOf(task));
  if (other) {
    throw new ControlPlaneError(
      'conflict',
      `Key '${other.key}' is a task of this run already, with other content. Nothing was planned. Take a new key for a new task.`,
    );
  }
  const count = planned.size + tasks.filter(({ key }) => !planned.has(key)).length;
  if (count > MAX_RUN_TASKS) {
    throw new ControlPlaneError(
      'limit-exceeded',
      `This would make ${count} tasks in the run; the limit is ${MAX_RUN_TASKS}.`,
    );
  }
  return types;
}

const typeErrors = ({ assignedTo }: PlannedTask, at: number, types: Types): FieldError[] =>
  types.has(assignedTo)
    ? []
    : [{ path: `tasks.${at}.assignedTo`, message: `got '${assignedTo}', wants the slug of an agent type that exists` }];

async function newTask(
  plane: Plane,
  run: RunDocument,
  task: PlannedTask,
  { planned, types }: { planned: Planned; types: Types },
): Promise<NewTask & { planHash: string }> {
  const id = runTaskId(run._id, task.key);
  const isPending = task.dependsOn.some(key => planned.get(key)?.status !== 'done');
  const held = isPending ? null : await holdOf(plane, must(types.get(task.assignedTo), 'a judged type'), task.priority);
  return {
    _id: id,
    tenantId: run.tenantId,
    createdBy: `agent:${run.plannerType}`,
    title: task.title,
    input: task.input,
    assignedTo: task.assignedTo,
    priority: task.priority,
    projectId: run.projectId,
    // Not the run's thread: its items run one at a time.
    threadId: null,
    runId: run._id,
    key: task.key,
    planHash: hashOf(task),
    kind: 'work',
    dependsOn: task.dependsOn.map(key => runTaskId(run._id, key)),
    deliverables: task.deliverables,
    status: isPending ? 'pending' : held === null ? 'ready' : 'held',
    reason: held,
    result: null,
    lane: id,
    seq: 0,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
    ledger: {},
  };
}

const hashOf = ({ key, title, assignedTo, input, dependsOn, deliverables, priority }: PlannedTask): string =>
  createHash('sha256')
    .update(JSON.stringify([key, title, assignedTo, input, dependsOn.toSorted(), deliverables, priority]))
    .digest('base64url');

async function readBack(
  plane: Plane,
  run: Pick<RunDocument, '_id' | 'tenantId'>,
  tasks: PlannedTask[],
): Promise<Pathless<Task>[]> {
  const rows = await findTasksById(
    plane.collections,
    run.tenantId,
    tasks.map(({ key }) => runTaskId(run._id, key)),
  );
  const byKey = new Map(rows.map(row => [row.key, row]));
  const other = tasks.find(task => byKey.get(task.key)?.planHash !== hashOf(task));
  if (other)
    throw new ControlPlaneError('conflict', `Another call planned '${other.key}' at the same time, otherwise.`);
  return legible(
    tasks.map(({ key }) => byKey.get(key)!),
    toTask,
  );
}
