import type { EventSource } from '../domain/event/event-source';
import type { ResetReason } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import { judgePosition, type PositionVerdict, type StreamPoint } from '../wire/position';
import { Admission } from './admission';
import { Broadcast } from './broadcast';
import { CatchUp } from './catch-up';
import type { EventLog } from './event-log';
import { farewell, greeting } from './frames';
import { KeepAlive } from './keep-alive';
import type { StreamLimits } from './limits';
import { Replay } from './replay';
import type { CloseReason, Subscriber } from './subscriber';
import type { Timers } from './timers';

export interface ReadersOptions {
  log: EventLog;
  source: EventSource;
  limits: StreamLimits;
  timers: Timers;
  random: () => number;
  signal: AbortSignal;
  historyRead(point: StreamPoint): Promise<void>;
  isLive(): boolean;
  stepsTaken(): number;
}

/** Everybody who listens, from admission to farewell. */
export class Readers {
  readonly admission: Admission;
  readonly broadcast: Broadcast;
  readonly catchUp: CatchUp;
  readonly counts = { opened: 0, refused: 0, resets: 0, slow: 0 };
  readonly #replay: Replay;
  readonly #keepAlive: KeepAlive;
  /** Whose turn it is; who leaves is passed over, who comes is at its end. */
  #turns: Iterator<Subscriber>;
  /** Came before the database could be reached: where they begin cannot be judged yet. */
  readonly #waiting = new Map<Subscriber, string | null>();

  constructor(private readonly options: ReadersOptions) {
    const { log, source, limits, timers, random, signal, historyRead, isLive, stepsTaken } = options;
    const identity = () => log.identity!;
    const close = (subscriber: Subscriber, reason: CloseReason) => this.close(subscriber, reason);
    this.admission = new Admission(limits);
    this.#turns = this.admission.all()[Symbol.iterator]();
    this.#replay = new Replay(log.ring, limits, timers, {
      identity,
      fellBehind: subscriber => void this.catchUp.begin(subscriber),
    });
    this.broadcast = new Broadcast(log.ring, limits, timers, {
      pump: subscriber => this.#replay.pump(subscriber),
      close,
    });
    this.catchUp = new CatchUp({
      source,
      ring: log.ring,
      limits,
      timers,
      random,
      signal,
      identity,
      isLive,
      stepsTaken,
      beganAfter: () => log.beganAfter,
      historyRead,
      join: subscriber => this.#join(subscriber),
      reset: (subscriber, reason) => this.#markReset(subscriber, reason),
      close,
    });
    this.#keepAlive = new KeepAlive({
      limits,
      identity: () => log.identity,
      wallNow: () => timers.wallNow(),
      safePoint: subscriber => this.#safePoint(subscriber),
      close,
    });
  }

  /** Throws before anything was written to the reader. */
  check(principal: Principal): void {
    try {
      this.admission.check(principal);
    } catch (error) {
      this.counts.refused += 1;
      throw error;
    }
  }

  /** `after` as it came; null begins at the present. Asks nothing: `check` comes first. */
  attach(subscriber: Subscriber, after: string | null): void {
    const { limits, timers, log, signal } = this.options;
    const { sink } = subscriber;
    this.counts.opened += 1;
    this.admission.add(subscriber);
    this.broadcast.add(subscriber);
    this.#keepAlive.begin(subscriber, timers.now());
    sink.onClose(() => this.close(subscriber, 'client'));
    sink.onDrain(() => this.#drained(subscriber));
    subscriber.write(greeting(limits.retryMs), timers.now());
    if (signal.aborted) this.#dismiss(subscriber);
    else if (log.identity === null) this.#waiting.set(subscriber, after);
    else this.#start(subscriber, after);
  }

  /** The stream stands for the first time. */
  startWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [subscriber, after] of waiting) if (!subscriber.isClosed) this.#start(subscriber, after);
  }

  /** Null before the first open. */
  judge(text: string): PositionVerdict | null {
    const { log, timers } = this.options;
    return log.identity && judgePosition(text, log.identity, Math.max(timers.wallNow(), log.newestMs));
  }

  /** History does not join on: each reader is told once, whatever it was doing. */
  resetAll(reason: ResetReason): void {
    for (const subscriber of this.admission.all()) {
      this.#markReset(subscriber, reason);
      subscriber.wake();
      this.#replay.pump(subscriber);
    }
  }

  endConsumer(tenantId: string, name: string): void {
    const before = this.admission.consumer(tenantId, name);
    if (before) this.close(before, 'replaced');
  }

  /** A part of them a call; after `tickParts` calls it was everybody's turn. */
  tick(nowMs: number): void {
    for (let left = Math.ceil(this.admission.size / this.options.limits.tickParts); left > 0; left -= 1) {
      const next = this.#turns.next();
      if (!next.done) this.#keepAlive.tick(next.value, nowMs);
      else this.#turns = this.admission.all()[Symbol.iterator]();
    }
  }

  /** The streams just end, also of who comes from now on: no reader is refused. */
  drain(): void {
    for (const subscriber of this.admission.all()) this.#dismiss(subscriber);
  }

  close(subscriber: Subscriber, reason: CloseReason): void {
    if (subscriber.isClosed) return;
    if (reason === 'slow-reader' || reason === 'stalled-reader') this.counts.slow += 1;
    subscriber.release(reason);
    this.#waiting.delete(subscriber);
    this.broadcast.remove(subscriber);
    this.admission.remove(subscriber);
    subscriber.sink.end();
  }

  /** They come back spread over a while. */
  #dismiss(subscriber: Subscriber): void {
    const { limits, timers, random } = this.options;
    const spreadMs = limits.drainRetryMostMs - limits.drainRetryLeastMs;
    const retryMs = Math.round(limits.drainRetryLeastMs + random() * spreadMs);
    if (!subscriber.isBlocked) subscriber.write(farewell(retryMs), timers.now());
    this.close(subscriber, 'stopping');
  }

  #start(subscriber: Subscriber, after: string | null): void {
    const { ring, point } = this.options.log;
    const verdict = after === null ? null : this.judge(after);
    if (verdict?.ok) {
      subscriber.point = verdict.point;
      if (ring.covers(verdict.point)) this.#join(subscriber);
      else void this.catchUp.begin(subscriber);
      return;
    }
    subscriber.point = point;
    if (verdict) this.#markReset(subscriber, verdict.reason);
    this.#join(subscriber);
  }

  #join(subscriber: Subscriber): void {
    subscriber.isCatchingUp = false;
    // Marked when it began to wait for a place, it would stand where the ring may have passed by since.
    if (subscriber.pendingReset !== null) subscriber.point = this.options.log.point;
    subscriber.nextSeq = this.options.log.ring.seqAfter(subscriber.point);
    subscriber.wasLive ||= subscriber.nextSeq === this.options.log.ring.endSeq;
    this.#replay.pump(subscriber);
  }

  #markReset(subscriber: Subscriber, reason: ResetReason): void {
    this.counts.resets += 1;
    subscriber.pendingReset = reason;
    subscriber.point = this.options.log.point;
    subscriber.nextSeq = this.options.log.ring.endSeq;
  }

  #drained(subscriber: Subscriber): void {
    if (subscriber.isClosed) return;
    subscriber.unblock();
    this.#replay.pump(subscriber);
  }

  #safePoint(subscriber: Subscriber): StreamPoint | null {
    const { ring, point } = this.options.log;
    const hasAll =
      !subscriber.isBlocked &&
      !subscriber.isCatchingUp &&
      subscriber.pendingReset === null &&
      subscriber.nextSeq === ring.endSeq;
    if (!hasAll) return null;
    return subscriber.point > point ? subscriber.point : point;
  }
}
