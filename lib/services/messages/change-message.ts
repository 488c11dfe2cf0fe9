import { requirePermission } from '../../auth/policy';
import { ControlPlaneError, notFound } from '../../domain/errors';
import type { Message } from '../../domain/message/schema';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { pathId } from '../../store/ids';
import { changeIdleMessage, findMessage } from '../../store/messages';
import { toMessage } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context, Plane } from '../context';
import { redriveSource } from '../dispatches/redrive';
import { CANCEL_TRIES, stopHolder } from '../dispatches/stop-holder';
import { withPath } from '../projects/with-path';

const CANCELLABLE: MessageDocument['status'][] = ['queued', 'held', 'unroutable', 'dead', 'loop-stopped'];

/** Closes new claims at once; one that runs is asked to stop, and its end shows whether it did. */
export async function cancelMessage(ctx: Context, id: string): Promise<Message> {
  requirePermission(ctx.principal, 'messages:cancel');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const c = plane.collections;
  const messageId = pathId('message', id);
  for (let attempt = 1; !(await tryCancel(plane, principal.tenantId, messageId)); attempt += 1) {
    if (attempt === CANCEL_TRIES) throw new ControlPlaneError('conflict', 'This message is changing hands; try again.');
  }
  await recordActivity(ctx, { action: 'message.cancel', subject: { kind: 'message', id }, changes: [] });
  const row = await findMessage(c, principal.tenantId, messageId);
  if (!row) throw notFound('message', id);
  return withPath(plane, toMessage(row));
}

async function tryCancel(plane: Plane, tenantId: string, messageId: ObjectId): Promise<boolean> {
  const c = plane.collections;
  const set = { status: 'cancelled', reason: 'cancelled by a person' };
  if (await changeIdleMessage(c, tenantId, messageId, CANCELLABLE, set)) return true;
  const row = await findMessage(c, tenantId, messageId);
  if (!row) throw notFound('message', messageId.toHexString());
  if (row.status === 'cancelled') return true;
  if (row.dispatchId === null || (row.status !== 'claimed' && row.status !== 'waiting')) throw busy(row, 'cancel');
  return stopHolder(plane, tenantId, { kind: 'message', id: messageId }, row.dispatchId);
}

/** Dead work gets another chance, with its attempts counted from nothing. */
export async function redriveMessage(ctx: Context, id: string): Promise<Message> {
  requirePermission(ctx.principal, 'dispatches:steer');
  const { plane, principal } = ctx;
  const messageId = pathId('message', id);
  const before = await findMessage(plane.collections, principal.tenantId, messageId);
  if (!before) throw notFound('message', id);
  await redriveSource(plane, principal.tenantId, { kind: 'message', id: messageId });
  await recordActivity(ctx, { action: 'message.redrive', subject: { kind: 'message', id }, changes: [] });
  return withPath(plane, toMessage((await findMessage(plane.collections, principal.tenantId, messageId)) ?? before));
}

/** Too late for it. */
export const busy = (row: MessageDocument, verb: string): ControlPlaneError =>
  new ControlPlaneError('conflict', `This message is ${row.status}; too late to ${verb} it.`);
