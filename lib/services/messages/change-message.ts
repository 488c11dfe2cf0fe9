import { requirePermission } from '../../auth/policy';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { Message, PatchMessage } from '../../domain/message/schema';
import type { MessageDocument } from '../../store/documents';
import { pathId } from '../../store/ids';
import { changeIdleMessage, findMessage } from '../../store/messages';
import { requestCancel } from '../../store/dispatches';
import { toMessage } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { redriveSource } from '../dispatches/redrive';
import { settleDispatch } from '../dispatches/settle';
import { routeMessage } from './route-message';

/** Nobody works on it in these, so its priority and addressee may change. */
const IDLE: MessageDocument['status'][] = ['none', 'queued', 'held', 'unroutable', 'dead', 'loop-stopped'];
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
  const routing =
    before.status === 'dead' && patch.assignedTo === undefined
      ? { status: before.status, reason: before.reason }
      : await routeMessage(plane, principal.tenantId, { ...before, assignedTo, priority });
  const row = await changeIdleMessage(plane.collections, principal.tenantId, messageId, IDLE, {
    assignedTo,
    priority,
    status: routing.status,
    reason: { $literal: routing.reason },
    rankAt: { $add: ['$availableAt', YIELDS_MS[priority]] },
  });
  if (!row) throw busy(before, 'change');
  await recordActivity(ctx, {
    action: 'message.update',
    subject: { kind: 'message', id },
    changes: (['assignedTo', 'priority'] as const)
      .filter(field => before[field] !== row[field])
      .map(field => ({ field, before: before[field], after: row[field] })),
  });
  if (row.status === 'queued') plane.doorbell.ring(principal.tenantId);
  return toMessage(row);
}

/** Closes new claims at once; one that runs is asked to stop, and its end shows whether it did. */
export async function cancelMessage(ctx: Context, id: string): Promise<Message> {
  requirePermission(ctx.principal, 'messages:cancel');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  const c = plane.collections;
  const messageId = pathId('message', id);
  const idle = await changeIdleMessage(c, principal.tenantId, messageId, CANCELLABLE, {
    status: 'cancelled',
    reason: 'cancelled by a person',
  });
  const row = idle ?? (await findMessage(c, principal.tenantId, messageId));
  if (!row) throw notFound('message', id);
  if (!idle && row.status !== 'cancelled') {
    if (row.dispatchId === null || (row.status !== 'claimed' && row.status !== 'waiting')) throw busy(row, 'cancel');
    const dispatch = await requestCancel(c, principal.tenantId, row.dispatchId);
    if (dispatch?.status === 'cancelled') await settleDispatch(plane, dispatch);
  }
  await recordActivity(ctx, { action: 'message.cancel', subject: { kind: 'message', id }, changes: [] });
  return toMessage((await findMessage(c, principal.tenantId, messageId)) ?? row);
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
  return toMessage((await findMessage(plane.collections, principal.tenantId, messageId)) ?? before);
}

const busy = (row: MessageDocument, verb: string): ControlPlaneError =>
  new ControlPlaneError('conflict', `This message is ${row.status}; too late to ${verb} it.`);
