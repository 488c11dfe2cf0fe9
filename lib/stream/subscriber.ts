import type { ResetReason } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import { deferred } from '../kernel/deferred';
import type { StreamPoint } from '../wire/position';
import type { EventMatcher } from './filter';
import type { StreamSink } from './sink';

/** Why a stream ended. */
export type CloseReason =
  | 'client'
  | 'slow-reader'
  | 'stalled-reader'
  | 'credentials'
  | 'replaced'
  | 'catch-up-queue-full'
  | 'stopping'
  | 'ended';

export type SubscriberOptions = Pick<
  Subscriber,
  'id' | 'principal' | 'consumer' | 'matcher' | 'stillValid' | 'sink' | 'openedAtMs'
>;

/**
 * One reader, as the hub sees it. It owns no queue of events: what it has not had yet is in the ring (or still in the
 * database), and `nextSeq` and `point` say where it stands. So a slow reader costs its socket's buffer and no more.
 */
export class Subscriber {
  readonly id: string;
  readonly principal: Principal;
  readonly consumer: string | null;
  readonly matcher: EventMatcher;
  readonly stillValid: (() => Promise<boolean>) | null;
  readonly sink: StreamSink;
  readonly openedAtMs: number;

  /** Everything up to here was handed over, or did not match. */
  point: StreamPoint = '';
  /** Next ring entry to look at. */
  nextSeq = 0;
  /** Being fed from the database, which owns `point` meanwhile; or not begun yet. */
  isCatchingUp = true;
  /** A reset it has not been told yet. */
  pendingReset: ResetReason | null = null;
  /** It had everything once: from here on, what piles up is its own doing. */
  wasLive = false;
  isClosed = false;

  blockedSinceMs: number | null = null;
  pendingEvents = 0;
  pendingBytes = 0;

  lastEventAtMs: number;
  nextHeartbeatAtMs = 0;
  nextCheckAtMs = 0;

  #lastGauge = 0;
  #progressAtMs = 0;
  readonly #writable = new Set<() => void>();
  readonly #closed = deferred<CloseReason>();

  constructor(options: SubscriberOptions) {
    this.id = options.id;
    this.principal = options.principal;
    this.consumer = options.consumer;
    this.matcher = options.matcher;
    this.stillValid = options.stillValid;
    this.sink = options.sink;
    this.openedAtMs = options.openedAtMs;
    this.lastEventAtMs = options.openedAtMs;
  }

  /** Resolves when it is over. */
  get closed(): Promise<CloseReason> {
    return this.#closed.promise;
  }

  get isBlocked(): boolean {
    return this.blockedSinceMs !== null;
  }

  write(chunk: Buffer, nowMs: number): void {
    if (this.isClosed) return;
    if (this.sink.write(chunk) || this.isBlocked) return;
    this.blockedSinceMs = nowMs;
    this.#progressAtMs = nowMs;
    this.#lastGauge = this.#gauge();
  }

  writeEvents(chunk: Buffer, nowMs: number): void {
    this.lastEventAtMs = nowMs;
    this.write(chunk, nowMs);
  }

  /** The sink took everything: what piled up meanwhile can follow. */
  unblock(): void {
    this.blockedSinceMs = null;
    this.pendingEvents = 0;
    this.pendingBytes = 0;
    this.wake();
  }

  /** Lets go of whoever waits to write, to look again at how things stand. */
  wake(): void {
    const waiting = [...this.#writable];
    this.#writable.clear();
    for (const resume of waiting) resume();
  }

  /** Resolves when it may be written to again, or is closed, or woken. */
  whenWritable(): Promise<void> {
    if (!this.isBlocked || this.isClosed) return Promise.resolve();
    return new Promise(resolve => this.#writable.add(resolve));
  }

  /** Events went by that it could not be sent. */
  addPending(events: number, bytes: number): void {
    if (!this.wasLive) return;
    this.pendingEvents += events;
    this.pendingBytes += bytes;
  }

  isOver(limits: { readerEvents: number; readerBytes: number; readerGraceMs: number }, nowMs: number): boolean {
    if (this.blockedSinceMs === null || nowMs - this.blockedSinceMs < limits.readerGraceMs) return false;
    const bytes = this.pendingBytes + this.sink.bufferedBytes();
    return this.pendingEvents > limits.readerEvents || bytes > limits.readerBytes;
  }

  /** Nothing at all drained for this long. Bytes that leave the socket count, also before it is empty. */
  isStalled(stallMs: number, nowMs: number): boolean {
    if (this.blockedSinceMs === null) return false;
    const gauge = this.#gauge();
    if (gauge < this.#lastGauge) this.#progressAtMs = nowMs;
    this.#lastGauge = gauge;
    return nowMs - this.#progressAtMs >= stallMs;
  }

  #gauge(): number {
    return this.sink.drainGauge?.() ?? this.sink.bufferedBytes();
  }

  /** Marks it closed and lets go of whoever waits; the sink is ended by the hub. */
  release(reason: CloseReason): void {
    this.isClosed = true;
    this.#closed.resolve(reason);
    this.wake();
  }
}
