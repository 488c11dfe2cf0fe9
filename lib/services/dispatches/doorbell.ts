/**
 * Wakes claims of one tenant that wait for work. A ring is a hint: it carries nothing, and a claim that misses one
 * still looks again within its sweep interval.
 */
export class Doorbell {
  readonly #waiting = new Map<string, Set<() => void>>();

  ring(tenantId: string): void {
    const waiting = this.#waiting.get(tenantId);
    if (!waiting) return;
    this.#waiting.delete(tenantId);
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring, after `timeoutMs`, or on abort, whichever is first. */
  wait(tenantId: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
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
