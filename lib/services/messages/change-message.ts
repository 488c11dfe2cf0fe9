import { requirePermission } from '../../auth/policy';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { Message, PatchMessage } from '../../domain/message/schema';
import { isToPeople } from '../../domain/message/to-people';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { pathId } from '../../store/ids';
import { SEEN_TO } from '../../store/inbox-items';
import { findWaitingFor } from '../../store/dispatch-questions';
import { changeIdleMessage, findMessage } from '../../store/messages';
import { toMessage } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context, Plane } from '../context';
import { askInstead } from '../dispatches/questions/ask-instead';
import { redriveSource } from '../dispatches/redrive';
import { CANCEL_TRIES, stopHolder } from '../dispatches/stop-holder';
import { withPath } from '../projects/with-path';
import { routeMessage } from './route-message';

/** Nobody works on it in these, so its priority and addressee may change. */
const IDLE: MessageDocument['status'][] = ['none', 'queued', 'held', 'unroutable', 'dead', 'loop-stopped'];
/** Marked done once more, it stays as it is. */
const MARKABLE: MessageDocument['status'][] = [...IDLE, 'done'];
const CANCELLABLE: MessageDocument['status'][] = ['queued', 'held', 'unroutable', 'dead', 'loop-stopped'];

export async function patchMessage(ctx: Context, id: string, patch: PatchMessage): Promise<Message> {
  requirePermission(ctx.principal, 'messages:write');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  if (principal.role === 'agent') throw new ControlPlaneError('forbidden', 'Role agent may not change messages.');
  const messageId = pathId('message', id);
  const before = await findMessage(plane.collections, principal.tenantId, messageId);
  if (!before) throw notFound('message', id);
  const assignedTo = patch.assignedTo === undefined ? before.assignedTo : patch.assignedTo;
  const priority = patch.priority ?? before.priority;
  if (assignedTo !== null && assignedTo !== HUMAN && !(await plane.agentTypes.get(principal.tenantId, assignedTo))) {
    throw invalidField(
      'assignedTo',
      `got '${assignedTo}', wants 'human', null, or the slug of an agent type that exists`,
    );
  }
  if (patch.status !== undefined && !isToPeople({ ...before, assignedTo })) {
    throw new ControlPlaneError('conflict', `This message is ${before.status}; only one to people is marked done.`);
  }
  const routing =
    before.status === 'dead' && patch.assignedTo === undefined
      ? { status: before.status, reason: before.reason }
      : await routeMessage(plane, principal.tenantId, { ...before, assignedTo, priority });
  const statuses = patch.status === 'done' && isToPeople(before) ? MARKABLE : IDLE;
  const row = await changeIdleMessage(plane.collections, principal.tenantId, messageId, statuses, {
    assignedTo,
    priority,
    status: routing.status,
    reason: { $literal: routing.reason },
    rankAt: { $add: ['$availableAt', YIELDS_MS[priority]] },
    ...(patch.status === 'done' ? SEEN_TO : {}),
  });
  if (!row) throw busy(before, 'change');
  await recordActivity(ctx, {
    action: 'message.update',
    subject: { kind: 'message', id },
    changes: (Object.keys(patch) as (keyof PatchMessage)[])
      .filter(field => before[field] !== row[field])
      .map(field => ({ field, before: before[field], after: row[field] })),
  });
  if (patch.assignedTo) await tellAsker(plane, row, patch.assignedTo);
  if (row.status === 'queued') plane.doorbell.ring(principal.tenantId);
  return withPath(plane, toMessage(row));
}

/** Who waits for the answer to a question goes by whom it is put to: when its time is up, and when that one is gone. */
async function tellAsker(plane: Plane, { _id, kind, tenantId }: MessageDocument, to: string): Promise<void> {
  const asker = kind === 'question' ? await findWaitingFor(plane.collections, tenantId, _id) : null;
  if (asker) await askInstead(plane, asker, to);
}

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
  return stopHolder(plane, tenantId, row.dispatchId);
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

const busy = (row: MessageDocument, verb: string): ControlPlaneError =>
  new ControlPlaneError('conflict', `This message is ${row.status}; too late to ${verb} it.`);
