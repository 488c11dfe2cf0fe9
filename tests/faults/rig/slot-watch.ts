import type { Rig } from './rig';

const EVERY_MS = 50;

interface Sample {
  atMs: number;
  running: number;
  /** Of those, how many in the hands of a consumer that lives. */
  live: number;
}

/** How many dispatches of a type run, looked at from outside every 50 ms. */
export class SlotWatch {
  readonly samples: Sample[] = [];
  readonly #dead = new Set<string>();
  #isStopped = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly rig: Rig,
    private readonly agentType: string,
  ) {
    this.#running = this.#run();
    this.#running.catch(() => undefined);
  }

  get most(): number {
    return Math.max(0, ...this.samples.map(({ running }) => running));
  }

  /** From now on what it holds is lost time. */
  died(consumer: string): void {
    this.#dead.add(consumer);
  }

  /** How long after `atMs` all of the type's places were first in living hands again; null while they are not. */
  allLiveAfter(atMs: number, concurrency: number): number | null {
    const sample = this.samples.find(given => given.atMs > atMs && given.live >= concurrency);
    return sample ? sample.atMs - atMs : null;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const dispatches = this.rig.db.collection('dispatches');
    const held = { agentType: this.agentType, status: { $in: ['running', 'cancelling'] } };
    while (!this.#isStopped) {
      const dueMs = Date.now() + EVERY_MS;
      const rows = await dispatches.find(held, { projection: { consumer: 1 } }).toArray();
      const live = rows.filter(({ consumer }) => !this.#dead.has(consumer)).length;
      this.samples.push({ atMs: Date.now(), running: rows.length, live });
      await new Promise(resolve => setTimeout(resolve, Math.max(0, dueMs - Date.now())));
    }
  }
}
