import { requirePermission } from '../../auth/policy';
import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { HUMAN } from '../../domain/fields';
import type { Message, PatchMessage } from '../../domain/message/schema';
import { isToPeople } from '../../domain/message/to-people';
import { findWaitingFor } from '../../store/dispatch-questions';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { pathId } from '../../store/ids';
import { SEEN_TO } from '../../store/inbox-items';
import { changeMessageAsRead, findMessage } from '../../store/messages';
import { toMessage } from '../../store/to-record/work';
import { recordActivity } from '../activity/record-activity';
import type { Context, Plane } from '../context';
import { askInstead } from '../dispatches/questions/ask-instead';
import { CANCEL_TRIES } from '../dispatches/stop-holder';
import { withPath } from '../projects/with-path';
import { busy } from './change-message';
import { requireAddressee } from './create-message';
import { routeMessage } from './route-message';

/** Nobody works on it in these, so its priority and addressee may change. */
const IDLE: MessageDocument['status'][] = ['none', 'queued', 'held', 'unroutable', 'dead', 'loop-stopped'];
/** Marked done once more, it stays as it is. */
const MARKABLE: MessageDocument['status'][] = [...IDLE, 'done'];

/** Only a new addressee takes it out of these: an answer that was brought asks for no work, however urgent. */
const KEPT: MessageDocument['status'][] = ['none', 'dead'];

interface Change {
  before: MessageDocument;
  row: MessageDocument;
}

/** Whom it is for, how urgent it is, or that people have seen to it. */
export async function patchMessage(ctx: Context, id: string, patch: PatchMessage): Promise<Message> {
  requirePermission(ctx.principal, 'messages:write');
  await ctx.plane.adoption.flush();
  const { plane, principal } = ctx;
  if (principal.role === 'agent') throw new ControlPlaneError('forbidden', 'Role agent may not change messages.');
  const { before, row } = await change(ctx, pathId('message', id), patch);
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

/** Where it goes was worked out from what it was; what another changed meanwhile is not undone, but looked at again. */
async function change(ctx: Context, id: ObjectId, patch: PatchMessage): Promise<Change> {
  for (let attempt = 1; attempt <= CANCEL_TRIES; attempt += 1) {
    const changed = await tryChange(ctx, id, patch);
    if (changed) return changed;
  }
  throw new ControlPlaneError('conflict', 'This message is changing hands; try again.');
}

async function tryChange(ctx: Context, id: ObjectId, patch: PatchMessage): Promise<Change | null> {
  const { plane, principal } = ctx;
  const before = await findMessage(plane.collections, principal.tenantId, id);
  if (!before) throw notFound('message', id.toHexString());
  const { assignedTo = before.assignedTo, priority = before.priority } = patch;
  await requireAddressee(ctx, assignedTo);
  if (patch.status !== undefined && !isToPeople({ ...before, assignedTo })) {
    throw new ControlPlaneError('conflict', `This message is ${before.status}; only one to people is marked done.`);
  }
  const statuses = patch.status === 'done' && isToPeople(before) ? MARKABLE : IDLE;
  if (!statuses.includes(before.status)) throw busy(before, 'change');
  if (patch.assignedTo === null && before.kind === 'question') await requireNobodyWaiting(plane, before);
  const isDead = before.status === 'dead';
  const routing =
    KEPT.includes(before.status) && patch.assignedTo === undefined
      ? { status: before.status, reason: before.reason }
      : await routeMessage(plane, principal.tenantId, { ...before, assignedTo, priority });
  const row = await changeMessageAsRead(plane.collections, before, {
    assignedTo,
    priority,
    status: routing.status,
    reason: { $literal: routing.reason },
    rankAt: { $add: ['$availableAt', YIELDS_MS[priority]] },
    // Given to somebody else it is due again, as by a redrive: with the attempts spent it would die of its first failure.
    ...(isDead && routing.status !== 'dead' ? { attempts: 0 } : {}),
    ...(patch.status === 'done' ? SEEN_TO : {}),
  });
  return row && { before, row };
}

/** Given to nobody it would stand in no inbox, and who waits for its answer would wait for ever. */
async function requireNobodyWaiting(plane: Plane, { _id, tenantId }: MessageDocument): Promise<void> {
  const asker = await findWaitingFor(plane.collections, tenantId, _id);
  if (!asker) return;
  throw new ControlPlaneError(
    'conflict',
    `assignedTo: dispatch ${asker._id.toHexString()} waits for the answer to this question; got null, ` +
      `wanted an agent type's slug or '${HUMAN}'. Answer it, or cancel the dispatch.`,
  );
}

/** Who waits for the answer to a question goes by whom it is put to: when its time is up, and when that one is gone. */
async function tellAsker(plane: Plane, { _id, kind, tenantId }: MessageDocument, to: string): Promise<void> {
  const asker = kind === 'question' ? await findWaitingFor(plane.collections, tenantId, _id) : null;
  if (asker) await askInstead(plane, asker, to);
}
