import { requirePermission } from '../../auth/policy';
import type { DispatchRecord } from '../../domain/dispatch/schema';
import { ControlPlaneError, notFound } from '../../domain/errors';
import { findDispatch } from '../../store/dispatches-read';
import { clearLateOutput, requestCancel } from '../../store/dispatches';
import type { DispatchDocument } from '../../store/documents';
import { newId, pathId } from '../../store/ids';
import { findMessage } from '../../store/messages';
import { redriveWork } from '../../store/work-outcomes';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { appendMessage } from '../messages/append-message';
import { closeRun } from '../runs/close-run';
import { followRun } from '../runs/follow-run';
import { recordOf } from './read-dispatches';
import { settleDispatch } from './settle';

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

export const cancelDispatch = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'cancel', async row => {
    const stopped = await requestCancel(ctx.plane.collections, row.tenantId, row._id);
    if (stopped?.status === 'cancelled') {
      await settleDispatch(ctx.plane, stopped);
      if (stopped.run) await closeRun(ctx.plane, stopped.tenantId, stopped.run.id);
    }
    if (!stopped && row.status !== 'cancelling' && row.status !== 'cancelled') {
      throw new ControlPlaneError('conflict', `This dispatch is ${row.status}; there is nothing to stop.`);
    }
  });

/** Parked work is due again, with its attempts counted from nothing. */
export const redriveDispatch = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'redrive', async row => {
    const redriven = await redriveWork(ctx.plane.collections, row);
    if (!redriven)
      throw new ControlPlaneError('conflict', 'Its work item is not dead, so there is nothing to redrive.');
    ctx.plane.doorbell.ring(row.tenantId);
    if (row.run) await followRun(ctx.plane, row.tenantId, row.run.id);
  });

/** The late output becomes a message of the thread, from that agent, marked late. */
export const acceptLateOutput = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'accept', async row => {
    const late = requireLate(row);
    const source =
      row.source.kind === 'message' ? await findMessage(ctx.plane.collections, row.tenantId, row.source.id) : null;
    await appendMessage(ctx.plane, {
      id: newId(),
      tenantId: row.tenantId,
      ...(row.threadId ? { threadId: row.threadId } : { projectId: row.projectId }),
      from: { kind: 'agent', id: row.agentType, dispatchId: row._id },
      assignedTo: null,
      priority: source?.priority ?? 'normal',
      kind: 'message',
      body: late.output === '' ? '(empty output)' : late.output,
      inReplyTo: source?._id ?? null,
      hops: (source?.hops ?? 0) + 1,
      late: true,
      createdBy: ctx.principal.id,
    });
    await clearLateOutput(ctx.plane.collections, row._id);
  });

export const discardLateOutput = (ctx: Context, id: string): Promise<DispatchRecord> =>
  steer(ctx, id, 'discard', async row => {
    requireLate(row);
    await clearLateOutput(ctx.plane.collections, row._id);
  });

function requireLate(row: DispatchDocument): NonNullable<DispatchDocument['lateOutput']> {
  if (row.lateOutput) return row.lateOutput;
  throw new ControlPlaneError('conflict', 'This dispatch has no late output.');
}
