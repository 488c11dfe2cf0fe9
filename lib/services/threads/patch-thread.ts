import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import { ControlPlaneError, notFound } from '../../domain/errors';
import type { PatchThread, Thread } from '../../domain/thread/schema';
import { bodyId, pathId } from '../../store/ids';
import { markSeenTo } from '../../store/inbox-items';
import { moveThreadRecords, patchThreadRow } from '../../store/threads';
import { toThread } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { withPath } from '../projects/with-path';
import { requireThreadReferences } from './create-thread';

export async function patchThread(ctx: Context, id: string, patch: PatchThread): Promise<Thread> {
  requirePermission(ctx.principal, 'messages:write');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  if (principal.role === 'agent') throw new ControlPlaneError('forbidden', 'Role agent may not change threads.');
  await requireThreadReferences(ctx, patch);
  const { projectId, subject, ...rest } = patch;
  const change = await patchThreadRow(plane.collections, principal.tenantId, pathId('thread', id), {
    ...rest,
    ...(subject === undefined ? {} : { subject: redactSecrets(subject) }),
    ...(projectId === undefined ? {} : { projectId: projectId === null ? null : bodyId('projectId', projectId) }),
  });
  if (!change) throw notFound('thread', id);
  const { before, after } = change;
  // The thread's records hang where it hangs. What a crash leaves behind, or who has just seen it there, the sweep brings.
  if (projectId !== undefined) await moveThreadRecords(plane.collections, after);
  // What came since opened it again, and waits.
  if (patch.status === 'done') {
    const { tenantId, _id: threadId, lastSeq } = before;
    await markSeenTo(plane.collections, { tenantId, threadId, seq: { $lte: lastSeq } });
  }
  await recordActivity(ctx, {
    action: 'thread.update',
    subject: { kind: 'thread', id },
    changes: (Object.keys(patch) as (keyof PatchThread)[])
      .filter(field => String(before[field]) !== String(after[field]))
      .map(field => ({ field, before: plain(before[field]), after: plain(after[field]) })),
  });
  return withPath(plane, toThread(after));
}

const plain = (value: unknown): unknown => (value === null || typeof value === 'string' ? value : String(value));
