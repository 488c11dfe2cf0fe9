import type { ObjectId } from '../../store/documents';
import { bodyId } from '../../store/ids';

/**
 * A raw insert is most often claimed within a few milliseconds of its event, and a claim takes it up in the same
 * writes; adopting it at once as well would double them. So adoption waits this long, and goes many at a time. With
 * 40 ms a busy machine adopted a quarter of them under the claims' hands. Reads do not wait: they flush the queue
 * first, and so does a claim by rank.
 */
const WAIT_MS = 200;
/** More than these at once go in the next round. */
const BATCH = 200;
/** Past this many the rest is left to the sweep. */
const MOST = 50_000;

/** What the queue does with what waits; given to it, for the plane that does it holds the queue. */
export interface AdoptionActs {
  messages(ids: ObjectId[]): Promise<void>;
  task(id: ObjectId): Promise<unknown>;
  failed(error: unknown): void;
}

export class AdoptionQueue {
  readonly #messages = new Map<string, ObjectId>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(private readonly adopt: AdoptionActs) {}

  /** The stream showed it; it may be raw. */
  note(kind: 'message' | 'task', id: string): void {
    if (this.#closed || this.#messages.size >= MOST) return;
    if (kind === 'task') {
      this.adopt.task(bodyId('id', id)).catch(error => this.adopt.failed(error));
      return;
    }
    this.#messages.set(id, bodyId('id', id));
    this.#timer ??= setTimeout(() => this.#fire(), WAIT_MS);
  }

  /** Taken up by a claim. */
  drop(id: string): void {
    this.#messages.delete(id);
  }

  /** What the stream showed before this call is taken up when it resolves. Costs nothing when nothing waits. */
  async flush(): Promise<void> {
    while (this.#messages.size > 0 || this.#running) {
      this.#running ??= this.#adopt().finally(() => {
        this.#running = null;
      });
      await this.#running;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  #fire(): void {
    this.#timer = null;
    this.flush().catch(error => this.adopt.failed(error));
  }

  async #adopt(): Promise<void> {
    const batch = [...this.#messages].slice(0, BATCH);
    for (const [id] of batch) this.#messages.delete(id);
    await this.adopt.messages(batch.map(([, id]) => id));
  }
}
