import type { StreamIdentity } from '../domain/event/event-source';
import { resetFrame } from './frames';
import type { StreamLimits } from './limits';
import type { EventRing } from './ring';
import type { Subscriber } from './subscriber';
import type { Timers } from './timers';

export interface ReplayPort {
  identity(): StreamIdentity;
  /** The ring no longer has what it needs next. */
  fellBehind(subscriber: Subscriber): void;
}

/**
 * Feeds one reader from the ring at the reader's own pace, until it has everything; from then on the broadcast writes
 * to it directly. Reading from a shared ring instead of a queue of its own is what makes "replay, then live" free of
 * gaps and duplicates: there is one order and one number where it stands.
 */
export class Replay {
  readonly #scheduled = new Set<Subscriber>();

  constructor(
    private readonly ring: EventRing,
    private readonly limits: StreamLimits,
    private readonly timers: Timers,
    private readonly port: ReplayPort,
  ) {}

  pump(subscriber: Subscriber): void {
    if (subscriber.isClosed || subscriber.isBlocked || subscriber.isCatchingUp) return;
    this.#tellReset(subscriber);
    let budget = this.limits.scanPerTurn;
    while (!subscriber.isBlocked && subscriber.nextSeq < this.ring.endSeq && budget > 0) {
      if (subscriber.nextSeq < this.ring.firstSeq) return this.port.fellBehind(subscriber);
      budget -= this.#writeChunk(subscriber, budget);
    }
    if (subscriber.nextSeq >= this.ring.endSeq) subscriber.wasLive = true;
    else if (!subscriber.isBlocked) this.#again(subscriber);
  }

  #tellReset(subscriber: Subscriber): void {
    const reason = subscriber.pendingReset;
    if (reason === null) return;
    subscriber.pendingReset = null;
    subscriber.writeEvents(resetFrame(this.port.identity(), subscriber.point, reason), this.timers.now());
  }

  /** One write of what matches among the next entries; returns how many it looked at. */
  #writeChunk(subscriber: Subscriber, budget: number): number {
    const frames: Buffer[] = [];
    let bytes = 0;
    let looked = 0;
    while (subscriber.nextSeq < this.ring.endSeq && looked < budget && bytes < this.limits.chunkBytes) {
      const entry = this.ring.at(subscriber.nextSeq);
      subscriber.nextSeq += 1;
      looked += 1;
      // A reader may come from a process that had read further than this one: it had these.
      if (entry.point <= subscriber.point) continue;
      subscriber.point = entry.point;
      if (!subscriber.matcher.matches(entry.head)) continue;
      frames.push(entry.frame);
      bytes += entry.frame.length;
    }
    if (frames.length > 0) subscriber.writeEvents(Buffer.concat(frames, bytes), this.timers.now());
    return looked;
  }

  /** The rest in a later turn, so that one long replay delays nobody. */
  #again(subscriber: Subscriber): void {
    if (this.#scheduled.has(subscriber)) return;
    this.#scheduled.add(subscriber);
    this.timers.nextTurn(() => {
      this.#scheduled.delete(subscriber);
      this.pump(subscriber);
    });
  }
}
