import { deferred, type Deferred } from './deferred';

export interface GroupCommitOptions<T, R> {
  /** Answers for each, in order; one that is still to come is waited for by its own caller alone. Its failure is everybody's. */
  run: (batch: T[]) => Promise<(R | Promise<R>)[]>;
  /** Batches under way at once. */
  abreast: number;
  /** One that takes longer is not counted any more, so that what is stuck holds up its own alone. Absent: never. */
  patienceMs?: number;
  /** What the next batch waits for beside the answers, as short as may be; those that come meanwhile go in it. Never rejects. */
  rest?: () => Promise<unknown> | null;
  /** Of all, counted or not. */
  mostAbreast?: number;
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
  #slow = 0;
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
    if (this.#isScheduled || !this.#hasRoom() || this.#queue.length === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#run(this.#queue.splice(0, this.options.mostTogether));
      this.#schedule();
    });
  }

  #hasRoom(): boolean {
    const { abreast, mostAbreast = abreast } = this.options;
    return this.#running - this.#slow < abreast && this.#running < mostAbreast;
  }

  async #run(batch: Queued<T, R>[]): Promise<void> {
    this.#running += 1;
    const lateness = this.#watch();
    try {
      const answers = await this.options.run(batch.map(({ request }) => request));
      batch.forEach(({ answer }, at) => answer.resolve(answers[at]!));
      await this.options.rest?.();
    } catch (error) {
      for (const { answer } of batch) answer.reject(error);
    } finally {
      this.#running -= 1;
      lateness.end();
      this.#schedule();
    }
  }

  #watch(): { end: () => void } {
    const { patienceMs } = this.options;
    if (patienceMs === undefined) return { end: () => undefined };
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      this.#slow += 1;
      this.#schedule();
    }, patienceMs);
    const end = () => {
      clearTimeout(timer);
      if (isSlow) this.#slow -= 1;
    };
    return { end };
  }
}
