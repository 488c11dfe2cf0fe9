import { isControlPlaneError } from '../domain/errors';
import type { EventSource, SourceStep, StreamIdentity } from '../domain/event/event-source';
import { backoffMs } from '../kernel/backoff';
import type { StreamLimits } from './limits';
import { OpenPatience, openWatched } from './open-watched';
import { pause, yieldTurn, type Timers } from './timers';

export interface SourceReaderPort {
  source: EventSource;
  limits: StreamLimits;
  timers: Timers;
  random: () => number;
  signal: AbortSignal;
  /** Where to read on; null: at the present. */
  resumeToken(): string | null;
  /** A cursor stands. `isFresh`: it begins at the present, because there was nothing to resume or it was lost. */
  opened(opened: { identity: StreamIdentity; startToken: string; isFresh: boolean }): void;
  step(step: SourceStep): void;
  failed(error: unknown, retryInMs: number): void;
  /** What is after the resume token cannot be had any more. */
  lost(error: unknown): void;
}

/**
 * Reads one source for ever. The driver's own resume is not trusted with it: it first tidies up on the dead server.
 * Whatever ends a cursor (an error, silence, a plain end) ends in the same place: open again after the last step,
 * waiting longer each time; and when history is gone, say so once and begin at the present.
 */
export async function readSource(port: SourceReaderPort): Promise<void> {
  const { limits, timers, random, signal } = port;
  const failures = new Failures(limits.unknownFailures);
  const patience = new OpenPatience(limits.openMs);
  while (!signal.aborted) {
    const token = port.resumeToken();
    try {
      await readCursor(port, token, patience, () => failures.clear());
    } catch (error) {
      if (signal.aborted) return;
      patience.noteFailure(error);
      if (failures.provesLoss(error, token, port.resumeToken()) || patience.isUsedUp) port.lost(error);
      const delayMs = backoffMs(failures.count - 1, {
        baseMs: limits.reopenLeastMs,
        maxMs: limits.reopenMostMs,
        random,
      });
      port.failed(error, delayMs);
      await pause(timers, delayMs, signal);
    }
  }
}

async function readCursor(
  port: SourceReaderPort,
  afterToken: string | null,
  patience: OpenPatience,
  progressed: () => void,
): Promise<never> {
  const { source, timers, signal } = port;
  const limits = { ...port.limits, openMs: patience.ms };
  const watched = await openWatched(source, { ...(afterToken === null ? {} : { afterToken }), signal }, limits, timers);
  patience.noteOpened();
  try {
    const { identity, startToken } = watched.cursor;
    port.opened({ identity, startToken, isFresh: afterToken === null });
    for (let steps = 1; ; steps += 1) {
      port.step(await watched.next());
      if (steps === 1) progressed();
      if (steps % limits.eventsPerTurn === 0) await yieldTurn(timers);
    }
  } finally {
    void watched.close();
  }
}

/** Failures in a row without a step between them. */
class Failures {
  count = 0;
  #unknown = 0;

  constructor(private readonly unknownLimit: number) {}

  clear(): void {
    this.count = 0;
    this.#unknown = 0;
  }

  /**
   * Lost when the source says so; also when something of no known kind happens again and again at one and the same
   * point, for that event will never be read, and to loop on it would hide every later one.
   */
  provesLoss(error: unknown, openedAfter: string | null, failedAfter: string | null): boolean {
    this.count += 1;
    if (isControlPlaneError(error, 'history-lost')) return true;
    if (isControlPlaneError(error, 'unavailable')) return false;
    this.#unknown = openedAfter === failedAfter ? this.#unknown + 1 : 1;
    if (this.#unknown < this.unknownLimit) return false;
    this.#unknown = 0;
    return true;
  }
}
