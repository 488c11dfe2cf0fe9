import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { isControlPlaneError } from '@/lib/domain/errors';
import { createClient } from '@/lib/sdk/client';
import { dispatchCalls, type DispatchCalls } from '@/lib/sdk/dispatch-calls';
import type { Ledger } from './ledger';
import type { Seeded } from './seeded';
import { sleep } from './wait';

export interface ClaimerOptions {
  name: string;
  url: string;
  token: string;
  ledger: Ledger;
  random: Seeded;
  capacity?: number;
  /** How long one piece of work takes, between half of it and one and a half. */
  workMs?: number;
  /** Only these; absent: all. */
  agentTypes?: string[];
}

const CAPACITY = 8;
const WORK_MS = 40;
/** Short, so that a claim that hangs on a dead server does not hold the loop for long. */
const WAIT_MS = 2_000;
const CALL_MS = 15_000;
const PAUSE_MS = 200;
const BEATS_A_LEASE = 3;

/**
 * An orchestrator in this process: claims, works, beats, completes. A completion is repeated until there is an answer,
 * so that at the end each outcome is known to be accepted or refused.
 */
export class Claimer {
  readonly #options: ClaimerOptions;
  readonly #calls: DispatchCalls;
  readonly #hands = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #isPaused = false;
  claimErrors = 0;
  claimed = 0;

  constructor(options: ClaimerOptions) {
    this.#options = options;
    this.#calls = dispatchCalls(createClient({ baseUrl: options.url, token: options.token, timeoutMs: CALL_MS }));
    this.#running = this.#run();
  }

  /** Claims no more, ends what it has. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#hands.values());
  }

  /** Claims no more until it is told to. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const { capacity = CAPACITY } = this.#options;
    while (!this.#stopped) {
      const free = capacity - this.#hands.size;
      if (this.#isPaused) {
        await sleep(PAUSE_MS);
        continue;
      }
      if (free === 0) {
        await Promise.race(this.#hands.values());
        continue;
      }
      for (const dispatch of await this.#claim(free)) this.#begin(dispatch);
    }
  }

  async #claim(max: number): Promise<Dispatch[]> {
    const { name, agentTypes } = this.#options;
    const calledAtMs = Date.now();
    try {
      const waitMs = this.#hands.size === 0 ? WAIT_MS : PAUSE_MS;
      const { dispatches } = await this.#calls.claim(
        { consumer: name, max, waitMs, ...(agentTypes ? { agentTypes } : {}) },
        { signal: this.#stopping.signal, timeoutMs: waitMs + CALL_MS },
      );
      return dispatches;
    } catch (error) {
      if (this.#stopped) return [];
      this.claimErrors += 1;
      this.#options.ledger.add({
        kind: 'note',
        what: `${name} claims in vain for ${Date.now() - calledAtMs} ms: ${error}`,
      });
      await sleep(PAUSE_MS);
      await this.#giveBackStrays();
      return [];
    }
  }

  /** Claimed in an answer that was lost: without this they come free when their lease lapses. */
  async #giveBackStrays(): Promise<void> {
    try {
      const { items } = await this.#calls.list({ consumer: this.#options.name, status: 'running' });
      for (const { id, epoch } of items) if (!this.#hands.has(`${id}/${epoch}`)) await this.#calls.release(id, epoch);
    } catch {
      // Not reachable yet: the next failed claim looks again, and the lease frees them whatever comes.
    }
  }

  #begin(dispatch: Dispatch): void {
    const { name, ledger } = this.#options;
    const { id, epoch, source } = dispatch;
    this.claimed += 1;
    ledger.add({ kind: 'claimed', by: name, work: source.id, dispatch: id, epoch });
    const key = `${id}/${epoch}`;
    const work = this.#work(dispatch).finally(() => this.#hands.delete(key));
    work.catch(() => undefined);
    this.#hands.set(key, work);
  }

  async #work(dispatch: Dispatch): Promise<void> {
    const { random, workMs = WORK_MS } = this.#options;
    const beats = setInterval(() => void this.#beat(dispatch), dispatch.leaseMs / BEATS_A_LEASE);
    try {
      await sleep(workMs * (0.5 + random.next()));
      await this.#complete(dispatch);
    } finally {
      clearInterval(beats);
    }
  }

  async #beat({ id, epoch }: Dispatch): Promise<void> {
    await this.#calls.heartbeat(id, epoch).catch(() => undefined);
  }

  /** Until it is known whether it was taken. */
  async #complete({ id, epoch, source }: Dispatch): Promise<void> {
    const { name, ledger } = this.#options;
    const about = { by: name, work: source.id, dispatch: id, epoch };
    const sentAtMs = Date.now();
    for (;;) {
      try {
        await this.#calls.complete(id, { epoch, output: `${source.id} under ${epoch}` });
        ledger.add({ kind: 'accepted', ...about, sentAtMs });
        return;
      } catch (error) {
        const isFinal = isControlPlaneError(error) && error.retry === 'never';
        if (isFinal) {
          ledger.add({ kind: 'refused', ...about, code: error.code });
          return;
        }
        await sleep(PAUSE_MS);
      }
    }
  }
}
