/**
 * Wakes claims of one tenant that wait for work. A ring is a hint: it carries nothing, and a claim that misses one
 * still looks again within its sweep interval.
 */
export class Doorbell {
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** The process stops: every claim that waits answers now with what it has. */
  close(): void {
    this.#closed = true;
    for (const tenantId of Array.from(this.#waiting.keys())) this.ring(tenantId);
  }

  ring(tenantId: string): void {
    const waiting = this.#waiting.get(tenantId);
    if (!waiting) return;
    this.#waiting.delete(tenantId);
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring, after `timeoutMs`, or on abort, whichever is first. */
  wait(tenantId: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#closed) return Promise.resolve();
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
