import { deferred, type Deferred } from './deferred';

export interface GroupCommitOptions<T, R> {
  /** Answers for each, in order; one that is still to come is waited for by its own caller alone. Its failure is everybody's. */
  run: (batch: T[]) => Promise<(R | Promise<R>)[]>;
  /** Batches under way at once. */
  abreast: number;
  mostTogether: number;
}

interface Queued<T, R> {
  request: T;
  answer: Deferred<R>;
}

/**
 * One request alone goes at once; those that come while enough are under way wait for one to end and then go
 * together. Bounded by the callers that wait in it.
 */
export class GroupCommit<T, R> {
  readonly #queue: Queued<T, R>[] = [];
  #running = 0;
  #isScheduled = false;

  constructor(private readonly options: GroupCommitOptions<T, R>) {}

  submit(request: T): Promise<R> {
    const answer = deferred<R>();
    this.#queue.push({ request, answer });
    this.#schedule();
    return answer.promise;
  }

  /** At the end of this turn, when all that one caller has stands in the queue. */
  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.options.abreast || this.#queue.length === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#run(this.#queue.splice(0, this.options.mostTogether));
      this.#schedule();
    });
  }

  async #run(batch: Queued<T, R>[]): Promise<void> {
    this.#running += 1;
    try {
      const answers = await this.options.run(batch.map(({ request }) => request));
      batch.forEach(({ answer }, at) => answer.resolve(answers[at]!));
    } catch (error) {
      for (const { answer } of batch) answer.reject(error);
    } finally {
      this.#running -= 1;
      this.#schedule();
    }
  }
}
