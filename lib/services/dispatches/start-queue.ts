import { deferred, type Deferred } from '../../kernel/deferred';
import type { Plane } from '../context';
import { startCandidate } from './start-candidate';
import { startTogether, type Start } from './start-together';
import type { StartOutcome } from './started';

/**
 * Writes under way at once. One alone goes at once, as the database answers fastest; those that come while these are
 * busy wait for one to end and then go together, so that a burst costs two writes and not two each.
 */
const ABREAST = 2;
/** More than these go in the next write; the wait of the last stays bounded. */
const MOST_TOGETHER = 50;

interface Queued {
  start: Start;
  outcome: Deferred<StartOutcome>;
}

/** Group commit for claims of one process. Bounded by the requests that wait in it. */
export class StartQueue {
  #queue: Queued[] = [];
  #running = 0;
  #isScheduled = false;

  constructor(private readonly plane: () => Plane) {}

  start(start: Start): Promise<StartOutcome> {
    const outcome = deferred<StartOutcome>();
    this.#queue.push({ start, outcome });
    this.#schedule();
    return outcome.promise;
  }

  /** At the end of this turn, when all that a batch claim found stands in the queue. */
  #schedule(): void {
    if (this.#isScheduled || this.#running >= ABREAST || this.#queue.length === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#run(this.#queue.splice(0, MOST_TOGETHER));
      this.#schedule();
    });
  }

  async #run(batch: Queued[]): Promise<void> {
    this.#running += 1;
    try {
      const outcomes = await this.#startAll(batch.map(({ start }) => start));
      batch.forEach(({ outcome }, at) => outcome.resolve(outcomes[at]!));
    } catch (error) {
      for (const { outcome } of batch) outcome.reject(error);
    } finally {
      this.#running -= 1;
      this.#schedule();
    }
  }

  async #startAll(starts: Start[]): Promise<StartOutcome[]> {
    const [first] = starts;
    if (!first || starts.length > 1) return startTogether(this.plane(), starts);
    return [await startCandidate(first.ctx, first.claim, first.candidate, first.slots)];
  }
}
