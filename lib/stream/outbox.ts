import type { Subscriber } from './subscriber';
import type { Timers } from './timers';

/** Joins frames into one write: as many as come before the cursor has to wait for the database. */
export class Outbox {
  #frames: Buffer[] = [];

  constructor(
    private readonly subscriber: Subscriber,
    private readonly timers: Timers,
  ) {}

  add(frame: Buffer): void {
    this.#frames.push(frame);
    if (this.#frames.length === 1) this.timers.nextTurn(() => this.send());
  }

  /** A reader that is to be told of a reset gets nothing from before it, nor does one that has just been told. */
  send(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length === 0 || this.subscriber.pendingReset !== null) return;
    this.subscriber.writeEvents(Buffer.concat(frames), this.timers.now());
  }
}
