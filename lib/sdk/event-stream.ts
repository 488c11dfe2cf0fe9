import type { EventType } from '../domain/event/schema';
import { ControlPlaneError } from '../domain/errors';
import { steadyClock, type Clock } from '../kernel/clock';
import { nextLiveState, type LiveAction, type LiveEvent, type LiveState } from './live-state';
import { queryString } from './query';
import { reconnectDelayMs } from './reconnect-delay';
import { runConnection } from './stream-connection';
import type { StreamEvent, StreamFrame, StreamReset } from './stream-event';

export interface StreamFilter {
  types?: readonly EventType[];
  assignedTo?: string;
  client?: string;
  brand?: string;
  project?: string;
}

export interface EventStreamOptions {
  /** `http://127.0.0.1:7777`, or '' for the page's own origin. */
  baseUrl: string;
  token?: string;
  filter?: StreamFilter;
  /** Durable consumer: the first connection begins at its acknowledged position. */
  consumer?: string;
  /** Begin after this position, usually the `cursor` of a read. */
  after?: string;
  onEvent(event: StreamEvent): void;
  /** History is lost: fetch again what is shown. Events that follow come after it. */
  onReset?(reset: StreamReset): void;
  /** Every move of the position, by an event, a checkpoint or a reset. */
  onPosition?(position: string): void;
  /** Each change; `error` is what ended the stream, null for an end in good order. Begins as `connecting`. */
  onState?(state: LiveState, error: ControlPlaneError | null): void;
  /** A try that failed, a frame that cannot be read, a handler that threw. The stream goes on. */
  onProblem?(problem: unknown): void;
  limits?: Partial<StreamLimits>;
  fetch?: typeof globalThis.fetch;
  /** For durations only. */
  clock?: Clock;
  random?: () => number;
}

export interface StreamLimits {
  /** A server that is there answers in milliseconds; a black hole is left after this. */
  connectMs: number;
  /** `: hb` comes every 15 s: two are missed and a little more. */
  silenceMs: number;
  /** Without a stream for this long the badge says OFFLINE; tries go on. */
  offlineAfterMs: number;
}
export const STREAM_LIMITS: StreamLimits = { connectMs: 10_000, silenceMs: 40_000, offlineAfterMs: 15_000 };
/** A connection that lived this long was a good one: the next loss begins the back-off anew. */
const STABLE_AFTER_MS = 5_000;

export interface EventStream {
  readonly state: LiveState;
  /** Where a later stream would resume; null before the first answer when no `after` was given. */
  readonly position: string | null;
  /**
   * Try now, or at once after the try under way: the browser is online again, or the person signed in again. Does
   * nothing while live, nor before the time a `Retry-After` asked for.
   */
  retry(): void;
  /** Leaves a connection, or a try, that may be dead or of another session, and opens one at once; else as `retry`. */
  renew(): void;
  /** Ends the connection; no handler is called afterwards. */
  stop(): Promise<void>;
}

/**
 * `/api/events` for as long as somebody listens: resumes after the last frame seen, waits longer after each failure,
 * and ends only by `stop`. A refused credential parks it, since trying again with the same one cannot help.
 */
export function openEventStream(options: EventStreamOptions): EventStream {
  return new LiveStream(options);
}

class LiveStream implements EventStream {
  state: LiveState = 'connecting';
  position: string | null;
  readonly #options: EventStreamOptions;
  readonly #limits: StreamLimits;
  readonly #clock: Clock;
  readonly #finished: Promise<void>;
  #stopped = false;
  /** Ends the present connection. */
  #connection = new AbortController();
  /** What the last `Retry-After` asked for. */
  #notBeforeMs = 0;
  #attempt = 0;
  #retryMs: number | null = null;
  #openedAtMs: number | null = null;
  /** Ends the present pause, or the one after the try under way. */
  #wake = new AbortController();
  #overdueTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
    this.#clock = options.clock ?? steadyClock;
    this.position = options.after ?? null;
    this.#watchForOverdue();
    this.#finished = this.#run();
  }

  retry(): void {
    if (this.state !== 'live') this.#skipPause();
  }

  renew(): void {
    this.#skipPause();
    this.#connection.abort();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#overdueTimer);
    this.#stopped = true;
    this.#connection.abort();
    this.#wake.abort();
    await this.#finished;
  }

  async #run(): Promise<void> {
    // A microtask later, so that the caller holds the stream before its first handler runs.
    await Promise.resolve();
    while (!this.#stopped) {
      this.#openedAtMs = null;
      this.#wake = new AbortController();
      const error = await this.#connect();
      if (this.#stopped) return;
      if (this.#openedAtMs !== null && this.#clock.now() - this.#openedAtMs >= STABLE_AFTER_MS) this.#attempt = 0;
      if (error !== null) this.#options.onProblem?.(error);
      const action = this.#apply(isRefusal(error) ? 'refused' : 'lost', error);
      await this.#pause(action === 'park' ? null : this.#delayMs(error));
      if (this.#stopped) return;
      this.#apply('retry', null);
    }
  }

  /** Resolves with what ended it; null when the server ended the stream in good order. */
  async #connect(): Promise<ControlPlaneError | null> {
    const { baseUrl, token, filter = {}, consumer } = this.#options;
    const query = queryString({ ...filter, consumer });
    this.#connection = new AbortController();
    try {
      await runConnection(
        {
          url: `${baseUrl.replace(/\/+$/, '')}/api/events${query}`,
          token,
          lastEventId: this.position,
          signal: this.#connection.signal,
          fetch: this.#options.fetch ?? globalThis.fetch.bind(globalThis),
          connectMs: this.#limits.connectMs,
          silenceMs: this.#limits.silenceMs,
        },
        {
          onOpen: cursor => {
            // Whoever asked for a try has got one, unless it is being left.
            if (!this.#connection.signal.aborted) this.#wake = new AbortController();
            this.position ??= cursor;
            this.#openedAtMs = this.#clock.now();
            this.#apply('opened', null);
          },
          onFrame: frame => this.#receive(frame),
          onRetry: retryMs => {
            this.#retryMs = retryMs;
          },
        },
      );
      return null;
    } catch (error) {
      return error instanceof ControlPlaneError
        ? error
        : new ControlPlaneError('internal', String(error), { cause: error });
    }
  }

  #receive(frame: StreamFrame): void {
    if (this.#stopped) return;
    if (frame.kind === 'event') this.#call(() => this.#options.onEvent(frame.event));
    if (frame.kind === 'reset') this.#call(() => this.#options.onReset?.(frame.reset));
    if (frame.kind === 'unreadable') this.#options.onProblem?.(new Error(`Skipped ${frame.why}`));
    // After the handler, so that whoever reads the position inside it sees what is already dealt with.
    const position = frame.kind === 'event' ? frame.event.position : frame.position;
    if (position === null || this.#stopped) return;
    this.position = position;
    this.#call(() => this.#options.onPosition?.(position));
  }

  /** A handler's fault must not end the stream, nor make it replay the same event for ever. */
  #call(handler: () => void): void {
    try {
      handler();
    } catch (problem) {
      this.#options.onProblem?.(problem);
    }
  }

  #apply(event: LiveEvent, error: ControlPlaneError | null): LiveAction {
    const before = this.state;
    const { state, action } = nextLiveState(before, event);
    this.state = state;
    if (state === 'live') clearTimeout(this.#overdueTimer);
    if (before === state || this.#stopped) return action;
    if (before === 'live' || state === 'connecting') this.#watchForOverdue();
    this.#call(() => this.#options.onState?.(state, error));
    return action;
  }

  #watchForOverdue(): void {
    clearTimeout(this.#overdueTimer);
    this.#overdueTimer = setTimeout(() => this.#apply('overdue', null), this.#limits.offlineAfterMs);
  }

  #delayMs(error: ControlPlaneError | null): number {
    const random = this.#options.random ?? Math.random;
    const delayMs = reconnectDelayMs(
      { attempt: this.#attempt, retryMs: this.#retryMs, retryAfterMs: error?.retryAfterMs },
      random,
    );
    this.#attempt += 1;
    this.#notBeforeMs = this.#clock.now() + Math.min(delayMs, error?.retryAfterMs ?? 0);
    return delayMs;
  }

  #skipPause(): void {
    if (this.#clock.now() >= this.#notBeforeMs) this.#wake.abort();
  }

  /** null: until somebody asks. */
  async #pause(delayMs: number | null): Promise<void> {
    // Asked for before the server said when.
    if (this.#clock.now() < this.#notBeforeMs) this.#wake = new AbortController();
    const { signal } = this.#wake;
    if (this.#stopped || signal.aborted) return;
    if (delayMs !== null) return this.#clock.sleep(delayMs, signal);
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

const isRefusal = (error: ControlPlaneError | null): boolean => {
  const status = error?.details?.['status'];
  return status === 401 || status === 403;
};
