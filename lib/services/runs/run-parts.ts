import { YIELDS_MS } from '../../domain/dispatch/ranking';
import type { Priority } from '../../domain/fields';
import type { RunDocument } from '../../store/documents';
import { derivedId } from '../../store/ids';
import { findTask, insertTask } from '../../store/tasks';
import { findThread, insertThread, takeSeq } from '../../store/threads';
import { crashPoint } from '../../telemetry/crash-point';
import { holdOf } from '../budgets/spent';
import type { Plane } from '../context';
import { appendMessage } from '../messages/append-message';
import { titleOf } from '../messages/title-of';

const PRIORITY: Priority = 'normal';
const TITLE_CHARACTERS = 300;

/**
 * Thread, first message and plan task of a run, as far as they are not there. The plan task comes last, for it can be
 * claimed: where it stands, everything does. Any process may call it, at any time: of two at once each finds the other's.
 */
export async function ensureRunParts(plane: Plane, run: RunDocument): Promise<void> {
  const c = plane.collections;
  if (await findTask(c, run.tenantId, run.planTaskId)) return;
  const title = titleOf(run.intent);
  if (!(await findThread(c, run.tenantId, run.threadId))) {
    await insertThread(c, {
      _id: run.threadId,
      tenantId: run.tenantId,
      createdBy: run.createdBy,
      subject: '',
      title,
      priority: PRIORITY,
      assignedTo: null,
      projectId: run.projectId,
      status: 'open',
      lastSeq: 0,
      messageCount: 0,
    });
  }
  crashPoint('run:after-thread');
  await appendMessage(plane, {
    id: derivedId(run._id, 'intent'),
    tenantId: run.tenantId,
    threadId: run.threadId,
    from: run.openedBy,
    assignedTo: null,
    priority: PRIORITY,
    kind: 'message',
    body: run.intent,
    createdBy: run.createdBy,
  });
  crashPoint('run:after-message');
  await insertPlanTask(plane, run, title);
  plane.doorbell.ring(run.tenantId);
}

async function insertPlanTask(plane: Plane, run: RunDocument, title: string): Promise<void> {
  const c = plane.collections;
  const [thread, type] = await Promise.all([
    takeSeq(c, run.tenantId, run.threadId, 'task'),
    plane.agentTypes.get(run.tenantId, run.plannerType),
  ]);
  const held = type ? await holdOf(plane, type, PRIORITY) : `no agent type '${run.plannerType}'`;
  await insertTask(c, YIELDS_MS[PRIORITY], {
    _id: run.planTaskId,
    tenantId: run.tenantId,
    createdBy: run.createdBy,
    title: `Plan and steer: ${title}`.slice(0, TITLE_CHARACTERS),
    input: run.intent,
    assignedTo: run.plannerType,
    priority: PRIORITY,
    projectId: run.projectId,
    threadId: run.threadId,
    runId: run._id,
    key: null,
    kind: 'plan',
    dependsOn: [],
    deliverables: [],
    status: held === null ? 'ready' : 'held',
    reason: held,
    result: null,
    lane: run.threadId,
    seq: thread?.lastSeq ?? 0,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
    ledger: {},
  });
}
