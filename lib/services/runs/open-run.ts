import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { ControlPlaneError, invalidField } from '../../domain/errors';
import type { CreateRun, Run } from '../../domain/run/schema';
import type { RunDocument } from '../../store/documents';
import { duplicateFields } from '../../store/errors';
import { bodyId, hex, newId } from '../../store/ids';
import { findOpenRunOf, findRun, insertRun, planTaskIdOf, runThreadId } from '../../store/runs';
import { crashPoint } from '../../telemetry/crash-point';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { senderOf } from '../messages/sender';
import { withPath } from '../projects/with-path';
import { requireThreadReferences } from '../threads/create-thread';
import { ensureRunParts } from './run-parts';
import { runRecord } from './run-records';

/** A run for an intent: its thread, and the plan task that goes to the planner. One open run a session. */
export async function openRun(ctx: Context, input: CreateRun, recordId?: string): Promise<Run> {
  requirePermission(ctx.principal, 'runs:write');
  const { plane, principal } = ctx;
  if (!(await plane.agentTypes.get(principal.tenantId, input.plannerType))) {
    throw invalidField('plannerType', `got '${input.plannerType}', wants the slug of an agent type that exists`);
  }
  await requireThreadReferences(ctx, { projectId: input.projectId });
  const sessionId = input.sessionId && redactSecrets(input.sessionId);
  const id = recordId === undefined ? newId() : bodyId('recordId', recordId);
  const row = await insert(ctx, {
    _id: id,
    tenantId: principal.tenantId,
    createdBy: principal.id,
    intent: redactSecrets(input.intent),
    sessionId,
    ...(sessionId === null ? {} : { openSession: sessionId }),
    projectId: input.projectId ? bodyId('projectId', input.projectId) : null,
    threadId: runThreadId(id),
    plannerType: input.plannerType,
    planTaskId: planTaskIdOf(id),
    openedBy: senderOf(principal),
    status: 'planning',
    reason: null,
    result: null,
    endedAt: null,
  });
  crashPoint('run:after-insert');
  await ensureRunParts(plane, row);
  await recordActivity(ctx, { action: 'run.create', subject: { kind: 'run', id: hex(id) }, changes: [] });
  return withPath(plane, await runRecord(plane, row));
}

async function insert({ plane }: Context, run: Omit<RunDocument, 'createdAt' | 'updatedAt'>): Promise<RunDocument> {
  const c = plane.collections;
  try {
    return await insertRun(c, run);
  } catch (error) {
    const taken = duplicateFields(error);
    if (taken.includes('openSession'))
      throw await controllerExists(run, findOpenRunOf(c, run.tenantId, run.sessionId!));
    const there = taken.length > 0 ? await findRun(c, run.tenantId, run._id) : null;
    if (!there) throw error;
    return there;
  }
}

async function controllerExists(
  { sessionId }: Pick<RunDocument, 'sessionId'>,
  finding: Promise<RunDocument | null>,
): Promise<ControlPlaneError> {
  const open = await finding;
  const which = open ? `run ${hex(open._id)}` : 'another run';
  return new ControlPlaneError(
    'controller-exists',
    `Session '${sessionId}' has ${which} open. Follow that one, or cancel it before you open the next.`,
    open ? { details: { runId: hex(open._id) } } : {},
  );
}
