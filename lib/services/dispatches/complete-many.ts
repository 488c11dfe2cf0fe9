import type { z } from 'zod';
import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import type { CompleteMany } from '../../domain/dispatch/schema';
import { isControlPlaneError } from '../../domain/errors';
import { readDatabaseClock } from '../../store/database-clock';
import { endDispatches, findSlim, type Completion, type SlimDispatch } from '../../store/dispatch-completions';
import type { DispatchDocument } from '../../store/documents';
import { hex, newId, pathId } from '../../store/ids';
import { crashPoint } from '../../telemetry/crash-point';
import { countAhead } from '../budgets/count-usage';
import type { Context } from '../context';
import { toDomainError } from '../to-domain-error';
import { batches } from './start/batches';
import { endWithOutput } from './life-cycle';
import { settleDispatch } from './settle/settle';
import { readSurroundings, settleTogether } from './settle/settle-together';

export interface CompletedItem {
  id: string;
  status: string;
  code?: string;
}

/**
 * Each item stands for itself: one stale epoch among a hundred refuses one. They are written together, every step
 * once for all; a crash between two leaves what the sweep finds, as after a single one.
 */
export async function completeDispatches(
  ctx: Context,
  { items }: z.infer<typeof CompleteMany>,
): Promise<{ results: CompletedItem[] }> {
  requirePermission(ctx.principal, 'dispatches:work');
  const completions = items.map(({ id, epoch, output, usage }): Completion => {
    return { id: pathId('dispatch', id), epoch, output: redactSecrets(output), usage };
  });
  await countAhead(ctx.plane, ctx.principal.tenantId, completions);
  const ids = new Set(completions.map(({ id }) => hex(id)));
  // Of one that came twice the first counts, so both have to be in one part.
  const isOnce = ids.size === completions.length;
  const complete = (part: Completion[]) => completeTogether(ctx, part);
  return { results: await (isOnce ? batches.run(completions, complete) : complete(completions)) };
}

async function completeTogether(ctx: Context, completions: Completion[]): Promise<CompletedItem[]> {
  const { plane } = ctx;
  const [clock, rows] = await Promise.all([
    readDatabaseClock(plane.collections),
    findSlim(
      plane.collections,
      ctx.principal.tenantId,
      completions.map(({ id }) => id),
    ),
  ]);
  // While the outcomes are written.
  const around = readSurroundings(plane, rows);
  around.catch(() => undefined);
  const { ended, isJustNow } = await endTogether(ctx, completions, rows, clock.now());
  crashPoint('complete:after-outcome');
  const settling = settleTogether(plane, [...ended.values()], clock, isJustNow ? around : undefined);
  settling.catch(() => undefined);
  return Promise.all(
    completions.map(completion => resultOf(ctx, completion, { ended: ended.get(hex(completion.id)), settling })),
  );
}

/** By id, those that this very call ended. */
async function endTogether(
  { plane, principal }: Context,
  completions: Completion[],
  asRead: SlimDispatch[],
  now: Date,
): Promise<{ ended: Map<string, DispatchDocument>; isJustNow: boolean }> {
  const endedIn = newId();
  // Of one that came twice the first is the outcome, as it is in the database: so it is set last.
  const outputs = new Map(
    completions.toReversed().map(({ id, epoch, output }) => [`${hex(id)}/${epoch}`, output] as const),
  );
  const at = { endedIn, now };
  const { rows, isJustNow } = await endDispatches(plane.collections, principal.tenantId, completions, asRead, at);
  const ended = new Map<string, DispatchDocument>();
  for (const row of rows) {
    if (!row.endedIn?.equals(endedIn)) continue;
    ended.set(hex(row._id), { ...row, output: outputs.get(`${hex(row._id)}/${row.epoch}`)! } as DispatchDocument);
  }
  return { ended, isJustNow };
}

interface Ending {
  /** By this very call. */
  ended: DispatchDocument | undefined;
  /** Of all that it ended. */
  settling: Promise<void>;
}

/** What a single completion would say, of one that cannot be written out as well: that spoils no other. */
async function resultOf(ctx: Context, completion: Completion, ending: Ending): Promise<CompletedItem> {
  const id = hex(completion.id);
  try {
    return { id, status: await statusOf(ctx, completion, ending) };
  } catch (error) {
    const known = toDomainError(error);
    if (isControlPlaneError(error)) return { id, status: 'refused', code: error.code };
    // The database went away, or there is no telling what of it stands: then that is so for all.
    if (isControlPlaneError(known, 'unavailable')) throw error;
    ctx.plane.log.error({ err: error, dispatchId: id }, 'one of a batch was not completed');
    return { id, status: 'refused', code: isControlPlaneError(known) ? known.code : 'internal' };
  }
}

async function statusOf(
  ctx: Context,
  { id, epoch, output, usage }: Completion,
  { ended, settling }: Ending,
): Promise<string> {
  if (ended?.epoch === epoch) {
    // Where all together failed it may have been by another one.
    await settling.catch(() => settleDispatch(ctx.plane, ended));
    return ended.status;
  }
  // Being stopped, ended before, or not this caller's any more: what a single completion would do.
  const { status } = await endWithOutput(ctx, id, { epoch, output, ...(usage ? { usage } : {}) });
  return status;
}
