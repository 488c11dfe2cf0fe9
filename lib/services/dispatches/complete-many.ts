import type { z } from 'zod';
import { requirePermission } from '../../auth/policy';
import type { CompleteMany } from '../../domain/dispatch/schema';
import { isControlPlaneError } from '../../domain/errors';
import { pathId } from '../../store/ids';
import type { Context } from '../context';
import { endWithOutput } from './life-cycle';

export interface CompletedItem {
  id: string;
  status: string;
  code?: string;
}

/** Each item stands for itself: one stale epoch among a hundred refuses one. */
export async function completeDispatches(
  ctx: Context,
  { items }: z.infer<typeof CompleteMany>,
): Promise<{ results: CompletedItem[] }> {
  requirePermission(ctx.principal, 'dispatches:work');
  const results = await Promise.all(
    items.map(async ({ id, ...completion }): Promise<CompletedItem> => {
      try {
        const { status } = await endWithOutput(ctx, pathId('dispatch', id), completion);
        return { id, status };
      } catch (error) {
        if (!isControlPlaneError(error)) throw error;
        return { id, status: 'refused', code: error.code };
      }
    }),
  );
  return { results };
}
