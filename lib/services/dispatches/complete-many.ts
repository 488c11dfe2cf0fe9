import type { z } from 'zod';
import { requirePermission } from '../../auth/policy';
import { redactSecrets } from '../../domain/redact';
import type { CompleteMany } from '../../domain/dispatch/schema';
import { isControlPlaneError } from '../../domain/errors';
import { readDatabaseClock } from '../../store/database-clock';
import { endDispatches, findNamed, type Completion } from '../../store/dispatches';
import type { DispatchDocument } from '../../store/documents';
import { hex, newId, pathId } from '../../store/ids';
import { crashPoint } from '../../telemetry/crash-point';
import { countAhead } from '../budgets/count-usage';
import type { Context } from '../context';
import { batches } from './start/batches';
import { endWithOutput } from './life-cycle';
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
  const [clock, named] = await Promise.all([
    readDatabaseClock(plane.collections),
    findNamed(plane.collections, ctx.principal.tenantId, completions),
  ]);
  // While the outcomes are written.
  const around = readSurroundings(plane, named);
  around.catch(() => undefined);
  const ended = await endTogether(ctx, completions, clock.now());
  crashPoint('complete:after-outcome');
  const [results] = await Promise.all([
    Promise.all(completions.map(completion => resultOf(ctx, completion, ended.get(hex(completion.id))))),
    settleTogether(plane, [...ended.values()], clock, around),
  ]);
  return results;
}

/** By id, those that this very call ended. */
async function endTogether(
  { plane, principal }: Context,
  completions: Completion[],
  now: Date,
): Promise<Map<string, DispatchDocument>> {
  const endedIn = newId();
  // Of one that came twice the first is the outcome, as it is in the database: so it is set last.
  const outputs = new Map(
    completions.toReversed().map(({ id, epoch, output }) => [`${hex(id)}/${epoch}`, output] as const),
  );
  const rows = await endDispatches(plane.collections, principal.tenantId, completions, { endedIn, now });
  const ended = new Map<string, DispatchDocument>();
  for (const row of rows) {
    if (!row.endedIn?.equals(endedIn)) continue;
    ended.set(hex(row._id), { ...row, output: outputs.get(`${hex(row._id)}/${row.epoch}`)! } as DispatchDocument);
  }
  return ended;
}

async function resultOf(
  ctx: Context,
  { id, epoch, output, usage }: Completion,
  ended: DispatchDocument | undefined,
): Promise<CompletedItem> {
  if (ended?.epoch === epoch) return { id: hex(id), status: ended.status };
  // Being stopped, ended before, or not this caller's any more: what a single completion would do and say.
  try {
    const { status } = await endWithOutput(ctx, id, { epoch, output, ...(usage ? { usage } : {}) });
    return { id: hex(id), status };
  } catch (error) {
    if (!isControlPlaneError(error)) throw error;
    return { id: hex(id), status: 'refused', code: error.code };
  }
}
