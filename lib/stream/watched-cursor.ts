import { ControlPlaneError } from '../domain/errors';
import type { EventCursor, SourceStep } from '../domain/event/event-source';
import type { Timers } from './timers';

const CHECKS_PER_WATCH = 6;
const closed = () => new ControlPlaneError('unavailable', 'The event source was closed.');

/**
 * A cursor that cannot hang. When a primary dies, a driver may wait for many seconds to tidy up on the dead server
 * before it says so; a source that stays silent past `watchdogMs` is left where it is and counts as unavailable.
 * One timer a cursor, none a step; and no `Promise.race`, which would keep every step's reaction alive.
 */
export class WatchedCursor {
  #closing: Promise<void> | null = null;
  #waitingSinceMs: number | null = null;
  #fail: ((error: unknown) => void) | null = null;
  readonly #unwatch: () => void;

  constructor(
    readonly cursor: EventCursor,
    private readonly watchdogMs: number,
    private readonly timers: Timers,
    signal: AbortSignal,
  ) {
    const stopTimer = timers.every(watchdogMs / CHECKS_PER_WATCH, () => this.#check());
    const abort = () => void this.close();
    signal.addEventListener('abort', abort, { once: true });
    this.#unwatch = () => {
      stopTimer();
      signal.removeEventListener('abort', abort);
    };
  }

  next(): Promise<SourceStep> {
    if (this.#closing) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waitingSinceMs = null;
        this.#fail = null;
      };
      this.#waitingSinceMs = this.timers.now();
      this.#fail = reject;
      this.cursor.next().then(
        step => {
          if (this.#fail === reject) settle();
          resolve(step);
        },
        (error: unknown) => {
          if (this.#fail === reject) settle();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  /** A step under way rejects at once. Resolves as the cursor's own close does. */
  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    this.#unwatch();
    this.#fail?.(closed());
    this.#fail = null;
    this.#closing = this.cursor.close();
    return this.#closing;
  }

  #check(): void {
    if (this.#waitingSinceMs === null || this.timers.now() - this.#waitingSinceMs < this.watchdogMs) return;
    const message = `The event source gave no sign for ${this.watchdogMs} ms.`;
    this.#waitingSinceMs = null;
    this.#fail?.(new ControlPlaneError('unavailable', message, { retry: 'backoff' }));
  }
}
