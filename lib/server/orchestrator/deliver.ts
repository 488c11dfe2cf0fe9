import { isControlPlaneError } from '@/lib/domain/errors';
import { backoffMs } from '@/lib/kernel/backoff';
import { steadyClock, type Clock } from '@/lib/kernel/clock';
import type { DispatchCalls, DispatchOutcome } from '@/lib/sdk/dispatch-calls';
import type { Outcome } from './outcome';

export interface DeliverOptions {
  calls: Pick<DispatchCalls, 'complete' | 'fail' | 'release'>;
  id: string;
  epoch: number;
  /** Ends the tries: the process has to go. */
  signal: AbortSignal;
  onProblem(problem: unknown): void;
  clock?: Clock;
}

/** accepted: the server has it · refused: it said no, for good · undelivered: no server in all that time. */
export type Delivery =
  | { kind: 'accepted'; status: string }
  | { kind: 'refused'; code: string }
  | { kind: 'undelivered' };

/**
 * Within its lease a result is safe to repeat; past it the server keeps it as late output, which is still worth more
 * than losing it. A server that stays away longer than this is not coming back for us.
 */
const DELIVERY_MS = 600_000;
const BASE_MS = 500;
const MAX_MS = 5_000;

/** Says how a dispatch ended until somebody heard it. */
export async function deliver(outcome: Exclude<Outcome, { kind: 'none' }>, options: DeliverOptions): Promise<Delivery> {
  const clock = options.clock ?? steadyClock;
  const endMs = clock.now() + DELIVERY_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return { kind: 'accepted', status: (await send(outcome, options)).status };
    } catch (error) {
      if (isControlPlaneError(error) && error.retry === 'never') return { kind: 'refused', code: error.code };
      options.onProblem(error);
      if (options.signal.aborted || clock.now() >= endMs) return { kind: 'undelivered' };
      await clock.sleep(backoffMs(attempt, { baseMs: BASE_MS, maxMs: MAX_MS }), options.signal);
    }
  }
}

function send(
  outcome: Exclude<Outcome, { kind: 'none' }>,
  { calls, id, epoch }: DeliverOptions,
): Promise<DispatchOutcome> {
  switch (outcome.kind) {
    case 'complete': {
      const { output, usage } = outcome;
      return calls.complete(id, { epoch, output, ...(usage === undefined ? {} : { usage }) });
    }
    case 'fail': {
      const { kind: _kind, ...failure } = outcome;
      return calls.fail(id, { epoch, ...failure });
    }
    case 'release':
      return calls.release(id, epoch);
  }
}
