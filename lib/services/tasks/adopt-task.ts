import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { DEFAULT_TENANT, type Priority } from '../../domain/fields';
import { redactSecrets } from '../../domain/redact';
import { judgeRawTask, TASK_RAW_FIELDS } from '../../domain/task/judge-raw';
import { Deliverable, isTaskOver, MAX_DELIVERABLES, MAX_DEPENDENCIES, TaskResult } from '../../domain/task/schema';
import type { ObjectId, TaskDocument } from '../../store/documents';
import { tooLong } from '../../store/document-size';
import { forgetMalformed, recordMalformed } from '../../store/malformed';
import { asObjectId, describeRaw } from '../../store/raw-document';
import { findRun } from '../../store/runs';
import { adoptTaskRow, findRawTask, findTasksById, readyDependents, readyWhole } from '../../store/tasks';
import { takeSeq } from '../../store/threads';
import { holdOf } from '../budgets/spent';
import type { Plane } from '../context';
import { redactDeliverables } from './deliverables';

/** As for messages: judged, filled in, made dispatchable; the first process wins and the others change nothing. */
export async function adoptTask(plane: Plane, id: ObjectId): Promise<void> {
  const c = plane.collections;
  const raw = await findRawTask(c, id);
  if (!raw || raw['rankAt'] instanceof Date) return;
  const tenantId = typeof raw['tenantId'] === 'string' ? raw['tenantId'] : DEFAULT_TENANT;
  const reason = await reasonAgainst(plane, tenantId, raw);
  if (reason !== null) return recordMalformed(c, { tenantId, collection: 'tasks', documentId: String(id), reason });

  const given = raw as Partial<TaskDocument>;
  const priority: Priority = given.priority ?? 'normal';
  const assignedTo = given.assignedTo!;
  const threadId = asObjectId(raw['threadId']);
  const thread = threadId ? await takeSeq(c, tenantId, threadId, 'task') : null;
  const dependsOn = ((raw['dependsOn'] ?? []) as unknown[]).map(asObjectId).filter(found => found !== null);
  const needed = dependsOn.length > 0 ? await findTasksById(c, tenantId, dependsOn) : [];
  const pending = dependsOn.some(need => needed.find(row => row._id.equals(need))?.status !== 'done');
  const type = await plane.agentTypes.get(tenantId, assignedTo);
  const over = given.status && isTaskOver(given.status) ? given.status : null;
  const held = type ? await holdOf(plane, type, priority) : `no agent type '${assignedTo}'`;
  const adopted = await adoptTaskRow(
    c,
    id,
    {
      tenantId,
      createdBy: redactSecrets(given.createdBy ?? 'raw-insert'),
      title: redactSecrets(given.title!),
      input: redactSecrets(given.input ?? ''),
      assignedTo,
      priority,
      projectId: asObjectId(raw['projectId']) ?? thread?.projectId ?? null,
      threadId: thread ? threadId : null,
      runId: asObjectId(raw['runId']),
      key: null,
      kind: given.kind ?? 'work',
      dependsOn,
      deliverables: redactDeliverables(
        Deliverable.array()
          .catch([])
          .parse(raw['deliverables'] ?? []),
      ),
      // What a driver brings in as over is not done again; any other status is for the plane to say.
      status: over ?? (pending ? 'pending' : held === null ? 'ready' : 'held'),
      reason: over || pending ? null : held,
      result: over ? resultOf(raw) : null,
      lane: thread ? threadId! : id,
      seq: thread?.lastSeq ?? 0,
      attempts: 0,
      epoch: 0,
      dispatchId: null,
    },
    YIELDS_MS[priority],
    plane.streamedTimes.storedAt(id.toHexString()),
  );
  if (!adopted) return;
  await forgetMalformed(c, 'tasks', String(id));
  const readied = over === 'done' ? await readyDependents(c, tenantId, id) : 0;
  // What it depends on may have been done since it was looked at.
  const late = adopted.status === 'pending' ? await readyWhole(c, tenantId, { _id: id }) : 0;
  if (adopted.status === 'ready' || readied + late > 0) plane.doorbell.ring(tenantId);
}

async function reasonAgainst(plane: Plane, tenantId: string, raw: Record<string, unknown>): Promise<string | null> {
  const verdict = judgeRawTask(describeRaw(raw, TASK_RAW_FIELDS));
  if (!verdict.ok) return verdict.reason;
  const length = tooLong(raw);
  if (length !== null) return length;
  if (!(await plane.tenants.exists(tenantId))) return `tenantId: no tenant '${tenantId}'`;
  const runId = asObjectId(raw['runId']);
  if (runId && !(await findRun(plane.collections, tenantId, runId))) return `runId: no run '${runId.toHexString()}'`;
  // It would be a second planner, and its dispatch the run's orchestrator.
  if (runId && raw['kind'] === 'plan') return "kind: a run's plan task is made with the run";
  const dependsOn = (raw['dependsOn'] ?? []) as unknown[];
  if (dependsOn.length > MAX_DEPENDENCIES)
    return `dependsOn: got ${dependsOn.length}, wants at most ${MAX_DEPENDENCIES}`;
  if (dependsOn.some(id => asObjectId(id) === null)) return 'dependsOn: wants task ids';
  const deliverables = Deliverable.array()
    .max(MAX_DELIVERABLES)
    .safeParse(raw['deliverables'] ?? []);
  return deliverables.success ? null : 'deliverables: wants a list of {name, description}';
}

/** Of work that a driver brings in as over; one without the form of a result is none. */
function resultOf(raw: Record<string, unknown>): TaskResult | null {
  const given = TaskResult.safeParse(raw['result']);
  if (!given.success) return null;
  const { output, deliverables, missing } = given.data;
  return {
    output: redactSecrets(output),
    deliverables: redactDeliverables(deliverables),
    missing: missing.map(name => redactSecrets(name)),
  };
}
