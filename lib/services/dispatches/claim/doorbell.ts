import { LruMap } from '../../../kernel/lru-map';

/** Tenants whose last ring is remembered; one forgotten costs its next wait a sweep interval at most. */
const REMEMBERED = 1_000;

export interface WaitForRing {
  /** `rung()` from before the caller looked: what rang since is not waited for again. */
  since: number;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Wakes claims of one tenant that wait for work. A ring is a hint: it carries nothing, and a claim that misses one
 * still looks again within its sweep interval.
 */
export class Doorbell {
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Which ring of all was a tenant's last. */
  readonly #last = new LruMap<string, number>(REMEMBERED);
  #rings = 0;
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** The process stops: every claim that waits answers now with what it has. */
  close(): void {
    this.#closed = true;
    for (const tenantId of Array.from(this.#waiting.keys())) this.ring(tenantId);
  }

  /** Rings so far, of all tenants. */
  rung(): number {
    return this.#rings;
  }

  ring(tenantId: string): void {
    this.#rings += 1;
    this.#last.set(tenantId, this.#rings);
    const waiting = this.#waiting.get(tenantId);
    if (!waiting) return;
    this.#waiting.delete(tenantId);
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring since then, after `timeoutMs`, or on abort, whichever is first. */
  wait(tenantId: string, { since, timeoutMs, signal }: WaitForRing): Promise<void> {
    if (this.#closed || signal?.aborted || (this.#last.get(tenantId) ?? 0) > since) return Promise.resolve();
    return new Promise(resolve => {
      const waiting = this.#waiting.get(tenantId) ?? new Set();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      signal?.addEventListener('abort', wake, { once: true });
      waiting.add(wake);
      this.#waiting.set(tenantId, waiting);
    });
  }
}
