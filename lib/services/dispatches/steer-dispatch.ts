import { requirePermission } from '../../auth/policy';
import type { DispatchRecord } from '../../domain/dispatch/schema';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { requestCancel } from '../../store/dispatches';
import { findDispatch } from '../../store/dispatches-read';
import type { DispatchDocument } from '../../store/documents';
import { pathId } from '../../store/ids';
import { cancelDeadWork } from '../../store/work-outcomes';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { closeRun } from '../runs/close-run';
import { followRun } from '../runs/follow-run';
import { acceptLate, discardLate } from './settle/late-output';
import { recordOf } from './read-dispatches';
import { redriveSource } from './redrive';
import { settleDispatch } from './settle/settle';

/** What a person does to a dispatch: stop it, give its dead work another chance, take or leave a late output. */

async function steer(ctx: Context, id: string, action: string, run: (row: DispatchDocument) => Promise<void>) {
  requirePermission(ctx.principal, 'dispatches:steer');
  const c = ctx.plane.collections;
  const dispatchId = pathId('dispatch', id);
  const row = await findDispatch(c, ctx.principal.tenantId, dispatchId);
  if (!row) throw notFound('dispatch', id);
  await run(row);
  await recordActivity(ctx, { action: `dispatch.${action}`, subject: { kind: 'dispatch', id }, changes: [] });
  return recordOf(ctx.plane, (await findDispatch(c, ctx.principal.tenantId, dispatchId)) ?? row);
}

/** What was done to it may be news for its run, or the end of it. */
async function followOwnRun({ plane }: Context, { tenantId, run }: DispatchDocument): Promise<void> {
  if (!run) return;
  await followRun(plane, tenantId, run.id);
  await closeRun(plane, tenantId, run.id);
}

/** A dispatch that is over has nothing to stop, but the work it left dead may still be called off. */
export const cancelDispatch = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'cancel', async row => {
    const stopped = await requestCancel(ctx.plane.collections, row.tenantId, row._id);
    if (stopped?.status === 'cancelled') await settleDispatch(ctx.plane, stopped);
    const isStopped = stopped !== null || row.status === 'cancelling' || row.status === 'cancelled';
    if (!isStopped && !(await cancelDeadWork(ctx.plane.collections, row))) {
      throw new ControlPlaneError('conflict', `This dispatch is ${row.status}; there is nothing to stop.`);
    }
    await followOwnRun(ctx, row);
  });

/** Parked work is due again, with its attempts counted from nothing. */
export const redriveDispatch = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'redrive', async row => {
    await redriveSource(ctx.plane, row.tenantId, row.source);
  });

export const acceptLateOutput = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'accept', async row => {
    await acceptLate(ctx, row);
    await followOwnRun(ctx, row);
  });

export const discardLateOutput = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'discard', row => discardLate(ctx, row));
