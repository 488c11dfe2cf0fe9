import type { Clock } from '../../kernel/clock';
import { LruMap } from '../../kernel/lru-map';
import type { ObjectId } from '../../store/documents';
import { hexOrNull, hex } from '../../store/ids';
import { databaseNow, findArrivalHints, type ArrivalHint, type Awaited } from '../../store/inbox';
import type { Plane } from '../context';
import { OVERLAP_MS } from './inbox-position';

/**
 * Wakes calls that wait for a message. While anybody waits, one indexed query every tick asks for all of them what
 * arrived, so a hundred waiting agents cost what one does, and nothing has to be reopened after a failure. A change
 * stream of its own would be quicker by a tenth of a second, for a second cursor on the busiest collections; a model's
 * turn takes seconds. A wake-up is a hint: whoever is woken looks for itself, and looks anyhow now and then.
 */
const TICK_MS = 200;
const HINTS_A_TICK = 1_000;
const REMEMBERED_HINTS = 10_000;

export interface WaitsFor {
  tenantId: string;
  addressee: string;
  questionId: ObjectId | null;
}

class Waiter {
  #isRung = false;
  #ring: (() => void) | null = null;

  constructor(
    readonly forWhat: WaitsFor,
    private readonly clock: Clock,
  ) {}

  wake(): void {
    this.#isRung = true;
    this.#ring?.();
  }

  /** Resolves at once when it was woken since the last time: what arrives during a look is not lost. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung) {
      const woken = new AbortController();
      const ring = () => woken.abort();
      this.#ring = ring;
      if (signal.aborted) ring();
      signal.addEventListener('abort', ring, { once: true });
      await this.clock.sleep(timeoutMs, woken.signal);
      signal.removeEventListener('abort', ring);
      this.#ring = null;
    }
    this.#isRung = false;
  }
}

export class InboxWatch {
  readonly #waiters = new Set<Waiter>();
  readonly #told = new LruMap<string, true>(REMEMBERED_HINTS);
  readonly #stopping = new AbortController();
  #isRunning = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(private readonly plane: Pick<Plane, 'collections' | 'clock' | 'log'>) {}

  get waiting(): number {
    return this.#waiters.size;
  }

  /** Watches while `look` runs; it is called with how to wait for the next wake-up. */
  async watching<T>(forWhat: WaitsFor, look: (next: Waiter['next']) => Promise<T>): Promise<T> {
    const waiter = new Waiter(forWhat, this.plane.clock);
    this.#waiters.add(waiter);
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#loop = this.#run();
    }
    try {
      return await look((timeoutMs, signal) => waiter.next(timeoutMs, signal));
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.plane;
    const { signal } = this.#stopping;
    let since: Date | null = null;
    while (this.#waiters.size > 0 && !signal.aborted) {
      try {
        since = await this.#tick(since);
      } catch (error) {
        log.warn({ err: error }, 'could not look for messages that are waited for; trying again');
      }
      await clock.sleep(TICK_MS, signal);
    }
    this.#isRunning = false;
  }

  async #tick(since: Date | null): Promise<Date> {
    const { collections } = this.plane;
    const from = new Date((await databaseNow(collections)).getTime() - OVERLAP_MS);
    this.#tell(await findArrivalHints(collections, this.#awaited(), since ?? from, HINTS_A_TICK));
    return from;
  }

  #awaited(): Awaited[] {
    const byTenant = new Map<string, Awaited>();
    for (const { forWhat } of this.#waiters) {
      const { tenantId, addressee, questionId } = forWhat;
      const awaited = byTenant.get(tenantId) ?? { tenantId, addressees: [], questionIds: [] };
      if (!awaited.addressees.includes(addressee)) awaited.addressees.push(addressee);
      if (questionId) awaited.questionIds.push(questionId);
      byTenant.set(tenantId, awaited);
    }
    return [...byTenant.values()];
  }

  #tell(hints: ArrivalHint[]): void {
    for (const hint of hints) {
      const id = hex(hint._id);
      if (this.#told.has(id)) continue;
      this.#told.set(id, true);
      for (const waiter of this.#waiters) if (concerns(waiter.forWhat, hint)) waiter.wake();
    }
  }
}

const concerns = ({ tenantId, addressee, questionId }: WaitsFor, hint: ArrivalHint): boolean =>
  tenantId === hint.tenantId &&
  (addressee === hint.assignedTo || (questionId !== null && hex(questionId) === hexOrNull(hint.inReplyTo)));
