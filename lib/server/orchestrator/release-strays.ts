import { isControlPlaneError } from '@/lib/domain/errors';
import type { DispatchCalls } from '@/lib/sdk/dispatch-calls';
import type { Logger } from '@/lib/telemetry/logger';

export interface StraysOptions {
  calls: Pick<DispatchCalls, 'list' | 'release'>;
  consumer: string;
  /** Ours, and nobody here works on it. */
  isStray(id: string, epoch: number): boolean;
  log: Logger;
}

/**
 * Gives back dispatches that we own and nobody here works on: claimed in an answer that was lost, or by a
 * process that was killed. They would come free when their lease lapses; this saves the wait and the attempt.
 * One page is enough, for the lease frees the rest. False when the server could not be asked: ask again.
 */
export async function releaseStrays({ calls, consumer, isStray, log }: StraysOptions): Promise<boolean> {
  try {
    const { items } = await calls.list({ consumer, status: 'running' });
    for (const { id, epoch } of items.filter(item => isStray(item.id, item.epoch))) {
      const isRefused = await refused(calls.release(id, epoch));
      log.info({ dispatch: id, epoch }, isRefused ? 'a stray ended meanwhile' : 'released a stray');
    }
    return true;
  } catch (error) {
    if (!isControlPlaneError(error)) throw error;
    const isOver = error.retry === 'never';
    log.warn({ err: error }, isOver ? 'strays not released; their leases will lapse' : 'strays not released yet');
    return isOver;
  }
}

/** Lapsed or stopped since it was listed: no reason to leave the others. */
async function refused(release: Promise<unknown>): Promise<boolean> {
  try {
    await release;
    return false;
  } catch (error) {
    if (isControlPlaneError(error) && error.retry === 'never') return true;
    throw error;
  }
}
