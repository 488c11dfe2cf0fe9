import { ControlPlaneError } from '../domain/errors';
import type { EventSource, OpenSource } from '../domain/event/event-source';
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

  noteFailure(error: unknown): void {
    if (error instanceof OpenTimeout) this.#timeouts += 1;
  }

  noteOpened(): void {
    this.#timeouts = 0;
  }
}

/** Opens a cursor that cannot hang, in a time that is bounded too: one that comes late is closed unseen. */
export function openWatched(
  source: EventSource,
  options: OpenSource,
  limits: { openMs: number; watchdogMs: number },
  timers: Timers,
): Promise<WatchedCursor> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const over = () => {
      isOver = true;
      cancelTimer();
      options.signal.removeEventListener('abort', abort);
    };
    const giveUp = (error: ControlPlaneError) => {
      over();
      reject(error);
    };
    const abort = () => giveUp(new ControlPlaneError('unavailable', 'The event source was closed while it opened.'));
    const cancelTimer = timers.after(limits.openMs, () => giveUp(new OpenTimeout(limits.openMs)));
    options.signal.addEventListener('abort', abort, { once: true });
    source.open(options).then(
      cursor => {
        if (isOver) return void cursor.close();
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
