import { ControlPlaneError } from '../domain/errors';
import { isTooFarBack, type EventSource, type OpenSource } from '../domain/event/event-source';
import type { Timers } from './timers';
import { WatchedCursor } from './watched-cursor';

/** It may be frozen, or it may have a long history to search for the place: the next try waits longer. */
class OpenTimeout extends ControlPlaneError {
  constructor(openMs: number) {
    super('unavailable', `The event source did not open in ${openMs} ms.`, { retry: 'backoff' });
  }
}

const MOST_DOUBLINGS = 4;

/**
 * How long an open may take. To resume from far back a server reads its whole log from there before its first answer;
 * a fixed patience would give that up again and again, each time from the beginning.
 */
export class OpenPatience {
  #timeouts = 0;

  constructor(private readonly openMs: number) {}

  get ms(): number {
    return this.openMs * 2 ** Math.min(this.#timeouts, MOST_DOUBLINGS);
  }

  /**
   * The source itself has said, given the longest, that it did not come so far: it never will. A source that says
   * nothing is frozen, and may come back.
   */
  isUsedUp = false;

  noteFailure(error: unknown): void {
    const isSlow = isTooFarBack(error);
    this.isUsedUp = isSlow && this.#timeouts >= MOST_DOUBLINGS;
    if (isSlow || error instanceof OpenTimeout) this.#timeouts += 1;
  }

  /** The longest that any open is given. */
  get mostMs(): number {
    return this.openMs * 2 ** MOST_DOUBLINGS;
  }

  noteOpened(): void {
    this.#timeouts = 0;
    this.isUsedUp = false;
  }
}

/**
 * Opens a cursor that cannot hang, in a time that is bounded too: one that comes late is closed unseen. `onLate` is
 * told when one was given up, and gets what resolves when it has settled and is closed; it never rejects.
 */
export function openWatched(
  source: EventSource,
  options: OpenSource,
  limits: { openMs: number; watchdogMs: number },
  timers: Timers,
  onLate?: (settled: Promise<void>) => void,
): Promise<WatchedCursor> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const over = () => {
      isOver = true;
      cancelTimer();
      options.signal.removeEventListener('abort', abort);
    };
    const opening = source.open({ ...options, withinMs: limits.openMs });
    const giveUp = (error: ControlPlaneError) => {
      over();
      const settled = opening.then(
        cursor => cursor.close(),
        () => undefined,
      );
      onLate?.(settled);
      reject(error);
    };
    const abort = () => giveUp(new ControlPlaneError('unavailable', 'The event source was closed while it opened.'));
    const cancelTimer = timers.after(limits.openMs, () => giveUp(new OpenTimeout(limits.openMs)));
    options.signal.addEventListener('abort', abort, { once: true });
    opening.then(
      cursor => {
        if (isOver) return;
        over();
        resolve(new WatchedCursor(cursor, limits.watchdogMs, timers, options.signal));
      },
      (error: unknown) => {
        if (isOver) return;
        over();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
    if (options.signal.aborted && !isOver) abort();
  });
}
