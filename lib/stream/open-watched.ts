import { ControlPlaneError } from '../domain/errors';
import type { EventSource, OpenSource } from '../domain/event/event-source';
import type { Timers } from './timers';
import { WatchedCursor } from './watched-cursor';

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
    const giveUp = (message: string) => {
      over();
      reject(new ControlPlaneError('unavailable', message, { retry: 'backoff' }));
    };
    const abort = () => giveUp('The event source was closed while it opened.');
    const cancelTimer = timers.after(limits.openMs, () =>
      giveUp(`The event source did not open in ${limits.openMs} ms.`),
    );
    options.signal.addEventListener('abort', abort, { once: true });
    source.open(options).then(
      cursor => {
        if (isOver) return cursor.close();
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
