import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, invalidField } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { CreateThread, Thread } from '../../domain/thread/schema';
import { redactSecrets } from '../../domain/redact';
import { bodyId, newId } from '../../store/ids';
import { insertThread } from '../../store/threads';
import { toThread } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { requireProject } from '../projects/require-project';
import { withPath } from '../projects/with-path';

export async function createThread(ctx: Context, input: CreateThread, recordId?: string): Promise<Thread> {
  requirePermission(ctx.principal, 'messages:write');
  const { plane, principal } = ctx;
  if (principal.role === 'agent')
    throw new ControlPlaneError('forbidden', 'Role agent opens a thread by its first message.');
  await requireThreadReferences(ctx, input);
  const row = await insertThread(plane.collections, {
    _id: recordId === undefined ? newId() : bodyId('recordId', recordId),
    tenantId: principal.tenantId,
    createdBy: principal.id,
    subject: redactSecrets(input.subject),
    title: '',
    priority: input.priority,
    assignedTo: input.assignedTo,
    projectId: input.projectId ? bodyId('projectId', input.projectId) : null,
    status: 'open',
    lastSeq: 0,
    messageCount: 0,
  });
  await recordActivity(ctx, {
    action: 'thread.create',
    subject: { kind: 'thread', id: row._id.toHexString() },
    changes: [],
  });
  return withPath(plane, toThread(row));
}

/** The addressee and the project a thread names are there, in this tenant. */
export async function requireThreadReferences(
  ctx: Context,
  { assignedTo, projectId }: { assignedTo?: string | null | undefined; projectId?: string | null | undefined },
): Promise<void> {
  const { plane, principal } = ctx;
  if (assignedTo && assignedTo !== HUMAN && !(await plane.agentTypes.get(principal.tenantId, assignedTo))) {
    throw invalidField(
      'assignedTo',
      `got '${assignedTo}', wants 'human', null, or the slug of an agent type that exists`,
    );
  }
  if (projectId) await requireProject(ctx, projectId);
}
