import { isPerson, requirePermission } from '../../auth/policy';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import type { ConsumerRecord, ListConsumers } from '../../domain/event/schema';
import type { Page } from '../../domain/fields';
import { ackConsumer, deleteConsumer, findConsumer, listConsumerPage, openConsumer } from '../../store/consumers';
import type { ConsumerDocument } from '../../store/documents';
import { hex, iso, isoOrNull } from '../../store/ids';
import { recordActivity } from '../activity/record-activity';
import type { Context, Plane } from '../context';

/** A consumer whose holder kept it fresh within this is connected. */
const CONNECTED_MS = 20_000;

export const toConsumer = (plane: Plane, row: ConsumerDocument): ConsumerRecord => {
  const nowMs = plane.clock.now();
  const atMs = row.position === null ? null : (plane.stream?.timeMs(row.position) ?? null);
  const ageSeconds = atMs === null ? null : Math.max(0, (nowMs - atMs) / 1_000);
  return {
    id: hex(row._id),
    tenantId: row.tenantId,
    name: row.name,
    position: row.position,
    connected: row.connectionId !== null && nowMs - row.lastSeenAt.getTime() < CONNECTED_MS,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    createdBy: row.createdBy,
    ackedAt: isoOrNull(row.ackedAt),
    lastSeenAt: iso(row.lastSeenAt),
    lagSeconds: row.ackedAt === null ? null : Math.max(0, (nowMs - row.ackedAt.getTime()) / 1_000),
    tokenAgeSeconds: ageSeconds,
  };
};

export async function listConsumers(ctx: Context, query: ListConsumers): Promise<Page<ConsumerRecord>> {
  requirePermission(ctx.principal, 'consumers:read');
  return listConsumerPage(ctx.plane.collections, ctx.principal.tenantId, query, row => toConsumer(ctx.plane, row));
}

/** For a stream that opens under a name. */
export async function useConsumer(ctx: Context, name: string): Promise<ConsumerDocument> {
  requirePermission(ctx.principal, 'consumers:write');
  const { plane, principal } = ctx;
  const row = await openConsumer(plane.collections, {
    tenantId: principal.tenantId,
    name,
    tokenId: principal.id,
    createdBy: principal.id,
  });
  requireOwner(ctx, row);
  return row;
}

export async function acknowledge(ctx: Context, name: string, position: string): Promise<ConsumerRecord> {
  requirePermission(ctx.principal, 'consumers:write');
  const { plane } = ctx;
  const row = await findOwn(ctx, name);
  const verdict = plane.stream?.judge(position) ?? null;
  if (verdict === null)
    throw new ControlPlaneError('unavailable', 'The stream is not open yet; try again.', { retryAfterMs: 1_000 });
  if (!verdict.ok)
    throw invalidField(
      'id',
      `got a position that is unknown here (${verdict.reason}), wants the id of an event of this stream`,
    );
  await ackConsumer(plane.collections, row._id, position, verdict.point);
  return toConsumer(plane, (await findConsumer(plane.collections, row.tenantId, name)) ?? row);
}

export async function removeConsumer(ctx: Context, name: string): Promise<void> {
  requirePermission(ctx.principal, 'consumers:write');
  const { plane, principal } = ctx;
  const row = await findConsumer(plane.collections, principal.tenantId, name);
  if (!row) throw notFound('consumer', name);
  if (!isPerson(principal)) requireOwner(ctx, row);
  await deleteConsumer(plane.collections, row._id);
  plane.stream?.endConsumer(principal.tenantId, name);
  await recordActivity(ctx, { action: 'consumer.delete', subject: { kind: 'consumer', id: name }, changes: [] });
}

async function findOwn(ctx: Context, name: string): Promise<ConsumerDocument> {
  const row = await findConsumer(ctx.plane.collections, ctx.principal.tenantId, name);
  if (!row) throw notFound('consumer', name);
  requireOwner(ctx, row);
  return row;
}

function requireOwner({ principal }: Context, row: ConsumerDocument): void {
  if (row.tokenId === principal.id) return;
  throw new ControlPlaneError('forbidden', `Consumer '${row.name}' belongs to another token. Choose another name.`);
}
