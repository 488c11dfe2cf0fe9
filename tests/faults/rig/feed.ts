import { ObjectId } from 'mongodb';
import type { Rig } from './rig';
import { preciseMs, sleep } from './wait';

const EVERY_MS = 50;

/** Messages for nobody in particular, one after the other at a steady pace: what readers are told, and no work. */
export class Feed {
  /** In the order in which they were acknowledged, with the time each left. */
  readonly sent = new Map<string, number>();
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly rig: Rig,
    private readonly perSecond: number,
  ) {
    rig.add(() => this.stop());
  }

  get ids(): string[] {
    return [...this.sent.keys()];
  }

  start(): this {
    this.#running = this.#run();
    this.#running.catch(() => undefined);
    return this;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** One write of so many, at once. */
  async burst(count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => new ObjectId());
    const sentAtMs = preciseMs();
    await this.rig.db
      .collection('messages')
      .insertMany(ids.map(_id => ({ _id, assignedTo: null, body: 'to whom it may concern' })));
    for (const id of ids) this.sent.set(id.toHexString(), sentAtMs);
  }

  /** Events that readers of messages are not told of, and that are history all the same. */
  async noise(count: number): Promise<void> {
    const at = new Date();
    const call = { tenantId: 'default', tool: 'noise', status: 'done', startedAt: at, endedAt: at, durationMs: 0 };
    const documents = Array.from({ length: count }, () => ({ ...call, sessionId: new ObjectId(), createdAt: at }));
    await this.rig.db.collection('tool-calls').insertMany(documents);
  }

  async #run(): Promise<void> {
    const beganMs = Date.now();
    for (let sent = 0; !this.#isStopped;) {
      const due = Math.floor(((Date.now() - beganMs) / 1_000) * this.perSecond) - sent;
      // Behind after a stall: it goes on at its pace, not in one heap.
      const count = Math.min(due, Math.ceil(this.perSecond / 4));
      if (count > 0) await this.burst(count);
      sent += Math.max(due, 0);
      await sleep(EVERY_MS);
    }
  }
}
