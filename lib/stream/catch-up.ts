import { isControlPlaneError } from '../domain/errors';
import type { EventSource, StreamIdentity } from '../domain/event/event-source';
import type { ResetReason } from '../domain/event/schema';
import { backoffMs } from '../kernel/backoff';
import { sameStream, tokenOf, type StreamPoint } from '../wire/position';
import { Coalescer, type PointedEvent } from './coalescer';
import { encodeEntry } from './entry';
import { HistoryBuffer } from './history-buffer';
import type { StreamLimits } from './limits';
import { OpenPatience, openWatched } from './open-watched';
import { Outbox } from './outbox';
import type { EventRing } from './ring';
import { Slots } from './slots';
import type { Subscriber } from './subscriber';
import { pause, yieldTurn, type Timers } from './timers';
import type { WatchedCursor } from './watched-cursor';

export interface CatchUpPort {
  source: EventSource;
  ring: EventRing;
  limits: StreamLimits;
  timers: Timers;
  random: () => number;
  signal: AbortSignal;
  identity(): StreamIdentity;
  /** False while the stream itself is being opened again: it may yet find out more than one reader can. */
  isLive(): boolean;
  /** Grows while the stream itself is being read. */
  stepsTaken(): number;
  /** Where the stream as this process has seen it begins. */
  beganAfter(): StreamPoint;
  /** Resolves when the ring covers it, or the latest history was read after a start, or took too long; never rejects. */
  historyRead(point: StreamPoint): Promise<void>;
  /** The ring has all the reader still needs. */
  join(subscriber: Subscriber): void;
  reset(subscriber: Subscriber, reason: ResetReason): void;
  close(subscriber: Subscriber, reason: 'catch-up-queue-full'): void;
}

/** Windows of history do not fall exactly where the live ones did; a little shorter, so that none is swallowed. */
const HISTORY_WINDOW = 0.9;

/**
 * Feeds readers whose place is older than the ring from the database, few at a time, in slices, until the ring has
 * the rest. What goes wrong here is the reader's alone: history lost is its reset, an unavailable database its wait.
 */
export class CatchUp {
  readonly slots: Slots;
  total = 0;

  constructor(private readonly port: CatchUpPort) {
    this.slots = new Slots(port.limits.catchUpCursors, port.limits.catchUpQueue);
  }

  /** Runs on its own until the reader has joined the ring, or is gone. Never rejects. */
  async begin(subscriber: Subscriber): Promise<void> {
    subscriber.isCatchingUp = true;
    this.total += 1;
    await this.port.historyRead(subscriber.point);
    const patience = new OpenPatience(this.port.limits.openMs);
    let failures = 0;
    while (this.#goesOn(subscriber)) {
      if (subscriber.isBlocked) {
        await subscriber.whenWritable();
        continue;
      }
      const place = this.slots.take();
      if (place === null) return this.port.close(subscriber, 'catch-up-queue-full');
      const giveBack = await place;
      let letGo = Promise.resolve();
      let isRefused = false;
      try {
        await this.#slice(subscriber, patience, closing => (letGo = closing));
        failures = 0;
      } catch (error) {
        patience.noteFailure(error);
        failures += 1;
        isRefused = !isControlPlaneError(error, 'unavailable') || patience.isUsedUp;
      } finally {
        // Not before: a cursor that is being closed still stands on the server beside the next one's. Nobody waits.
        void letGo.then(giveBack);
      }
      // Gone, or of no known kind: this reader cannot be served from there, and to be told so is safe.
      if (isRefused && (await this.#isLostToReader(subscriber))) this.port.reset(subscriber, 'history-lost');
      if (failures > 0 && this.#goesOn(subscriber)) await this.#waitAfter(failures);
    }
    if (!subscriber.isClosed && !this.port.signal.aborted) this.port.join(subscriber);
  }

  #goesOn(subscriber: Subscriber): boolean {
    if (subscriber.isClosed || this.port.signal.aborted || subscriber.pendingReset !== null) return false;
    return !this.port.ring.covers(subscriber.point);
  }

  /**
   * Told only when the stream itself was read on since: it may be about to find out the same, and then tells everybody,
   * this reader too. One loss is one reset.
   */
  async #isLostToReader(subscriber: Subscriber): Promise<boolean> {
    const { isLive, stepsTaken, limits, timers, signal } = this.port;
    const before = stepsTaken();
    while (isLive() && stepsTaken() === before && this.#goesOn(subscriber)) {
      await pause(timers, limits.reopenLeastMs, signal);
    }
    return isLive() && this.#goesOn(subscriber);
  }

  #waitAfter(failures: number): Promise<void> {
    const { limits, random, timers, signal } = this.port;
    const delayMs = backoffMs(failures - 1, { baseMs: limits.reopenLeastMs, maxMs: limits.reopenMostMs, random });
    return pause(timers, delayMs, signal);
  }

  async #slice(
    subscriber: Subscriber,
    patience: OpenPatience,
    onClosing: (closing: Promise<void>) => void,
  ): Promise<void> {
    if (!this.#goesOn(subscriber)) return;
    const { source, timers, signal } = this.port;
    const limits = { ...this.port.limits, openMs: patience.ms };
    const afterToken = tokenOf(subscriber.point);
    // One that was given up may be looking still, and counts until it has let go; for as long as any could take.
    const onLate = (settled: Promise<void>) => onClosing(pause(timers, patience.mostMs, signal, settled));
    const watched = await openWatched(source, { afterToken, leavesSoon: true, signal }, limits, timers, onLate);
    patience.noteOpened();
    try {
      if (sameStream(watched.cursor.identity, this.port.identity())) await this.#feed(subscriber, watched, afterToken);
      // Another identity: the hub finds out on its own cursor, and resets everybody. Until then there is nothing to send.
      else await this.#waitAfter(1);
    } finally {
      onClosing(watched.close());
    }
  }

  async #feed(subscriber: Subscriber, watched: WatchedCursor, afterToken: string): Promise<void> {
    const { limits, timers } = this.port;
    const coalescer = new Coalescer(limits.coalesceMs * HISTORY_WINDOW);
    coalescer.begin(afterToken);
    const untilMs = timers.now() + limits.catchUpSliceMs;
    const outbox = new Outbox(subscriber, timers);
    // Who waits for a place most often needs the same: read for one, it is there for all. Nobody waits: nobody pays.
    const history = this.slots.waiting > 0 ? new HistoryBuffer(afterToken, limits.catchUpShared) : null;
    const stream = this.port.identity();
    const since = this.port.beganAfter();
    for (let steps = 1; this.#goesOn(subscriber); steps += 1) {
      const step = await watched.next();
      if (subscriber.isClosed || subscriber.pendingReset !== null) return;
      if (coalescer.token <= since && step.token > since) this.#offer(coalescer.flush(), subscriber, outbox, history);
      this.#offer(coalescer.take(step, step.atMs), subscriber, outbox, history);
      if (coalescer.point > subscriber.point) subscriber.point = coalescer.point;
      if (steps % limits.eventsPerTurn !== 0) continue;
      outbox.send();
      if (await this.#keepsPlace(subscriber, untilMs)) continue;
      this.#offer(coalescer.flush(), subscriber, outbox, null);
      outbox.send();
      return;
    }
    if (subscriber.isClosed || subscriber.pendingReset !== null) return;
    // What the ring has from there on was read by itself, if not as it happened: of what is held it knows nothing.
    const { holds } = coalescer;
    if (coalescer.token <= since) this.#offer(coalescer.flush(), subscriber, outbox, null);
    outbox.send();
    // What is held back at the end is this reader's alone: the ring goes on without it.
    const isWhole = this.port.ring.covers(subscriber.point) && !holds;
    if (isWhole && sameStream(this.port.identity(), stream)) history?.fill(this.port.ring);
  }

  /** False when somebody waits for its place, and it has had its slice or does not read. What is over ends itself. */
  async #keepsPlace(subscriber: Subscriber, untilMs: number): Promise<boolean> {
    const { limits, timers, signal } = this.port;
    while (subscriber.isBlocked && this.#goesOn(subscriber)) {
      await pause(timers, limits.catchUpBlockedMs, signal, subscriber.whenWritable());
      if (subscriber.isBlocked && this.slots.waiting > 0 && this.#goesOn(subscriber)) return false;
    }
    await yieldTurn(timers);
    return !this.#goesOn(subscriber) || this.slots.waiting === 0 || timers.now() < untilMs;
  }

  #offer(events: PointedEvent[], subscriber: Subscriber, outbox: Outbox, history: HistoryBuffer | null): void {
    for (const { point, event } of events) {
      subscriber.point = point;
      const isWanted = subscriber.matcher.matches(event);
      if (!isWanted && history === null) continue;
      const { entry } = encodeEntry(this.port.identity(), point, event);
      if (isWanted) outbox.add(entry.frame);
      history?.add(entry);
    }
  }
}
