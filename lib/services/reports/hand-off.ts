import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { ControlPlaneError, notFound, type FieldError } from '../../domain/errors';
import { isFilled, MAX_INPUTS_BYTES, type HandoffReport, type Inputs } from '../../domain/report/schema';
import type { TaskDocument } from '../../store/documents';
import { bodyId, hex, newId } from '../../store/ids';
import { putReport } from '../../store/reports';
import { changeIdleTask, findTask, findTasksById } from '../../store/tasks';
import { legible, legibleOne } from '../../store/to-record/legible';
import { toReport } from '../../store/to-record/report';
import { toTask } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import { requireWriter, type Caller } from '../identity/caller';
import { requirePlanner } from '../runs/topology';

export interface Handoff {
  taskId: string;
  inputs: Inputs;
  context: string;
}

/** It can still reach whoever will do it. */
const NOT_STARTED: TaskDocument['status'][] = ['pending', 'ready', 'held'];

/**
 * Gives a task what it needs before it starts: something for every deliverable that the tasks it depends on declare.
 * By the planner of its run, or by a person. A later handover replaces an earlier one.
 */
export async function handOff(caller: Caller, handoff: Handoff, recordId?: string): Promise<HandoffReport> {
  const { plane, principal } = caller.ctx;
  const c = plane.collections;
  const task = await requireOwnTask(caller, handoff.taskId);
  // What it is compared with is stored so too.
  const inputs = redacted(handoff.inputs);
  await requireInputs(caller, task, inputs);
  const by = caller.dispatch ? `agent:${caller.dispatch.agentType}` : principal.id;
  const context = redactSecrets(handoff.context);
  const row = await changeIdleTask(c, principal.tenantId, task._id, NOT_STARTED, {
    handoff: { $mergeObjects: [{ $literal: { inputs, context, by } }, { at: '$$NOW' }] },
  });
  if (!row) throw tooLate((await findTask(c, principal.tenantId, task._id)) ?? task);
  const report = await putReport(c, {
    _id: recordId === undefined ? newId() : bodyId('recordId', recordId),
    tenantId: principal.tenantId,
    createdBy: by,
    kind: 'handoff',
    taskId: row._id,
    runId: row.runId,
    projectId: row.projectId,
    dispatchId: caller.dispatch?._id ?? null,
    said: { inputs, context },
  });
  const changes = [{ field: 'handoff', before: null, after: Object.keys(inputs) }];
  await recordActivity(caller.ctx, { action: 'task.handoff', subject: { kind: 'task', id: hex(row._id) }, changes });
  return toReport(report) as HandoffReport;
}

async function requireOwnTask(caller: Caller, taskId: string): Promise<TaskDocument> {
  const { plane, principal } = caller.ctx;
  const runId = caller.dispatch ? requirePlanner(caller.dispatch, 'hand off') : null;
  requireWriter(caller);
  if (runId === null) requirePermission(principal, 'tasks:write');
  const task = await findTask(plane.collections, principal.tenantId, bodyId('taskId', taskId));
  const isReadable = legibleOne(task, toTask) !== null;
  if (!task || !isReadable || (runId !== null && !task.runId?.equals(runId))) throw notFound('task', taskId);
  if (!NOT_STARTED.includes(task.status)) throw tooLate(task);
  return task;
}

async function requireInputs({ ctx: { plane, principal } }: Caller, task: TaskDocument, inputs: Inputs): Promise<void> {
  const bytes = Buffer.byteLength(JSON.stringify(inputs));
  if (bytes > MAX_INPUTS_BYTES) {
    throw new ControlPlaneError(
      'too-large',
      `inputs: got ${bytes} bytes, wants at most ${MAX_INPUTS_BYTES}. Send paths.`,
    );
  }
  const needs = await findTasksById(plane.collections, principal.tenantId, task.dependsOn);
  const errors = legible(needs, need =>
    need.deliverables.flatMap(({ name }): FieldError[] =>
      isFilled(Object.hasOwn(inputs, name) ? inputs[name] : undefined)
        ? []
        : [{ path: `inputs.${name}`, message: `wants a value or path: '${need.title}' delivers it to this task` }],
    ),
  ).flat();
  if (errors.length === 0) return;
  throw new ControlPlaneError('validation-failed', `${errors[0]!.path}: ${errors[0]!.message}`, { errors });
}

/** As one text, so that a key inside any value is found; a value that is not text stays what it is. */
const redacted = (inputs: Inputs): Inputs => JSON.parse(redactSecrets(JSON.stringify(inputs))) as Inputs;

const tooLate = ({ status }: TaskDocument): ControlPlaneError =>
  new ControlPlaneError('conflict', `This task is ${status}; a handover reaches it only before it starts.`);
