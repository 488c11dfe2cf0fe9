import type { SourceEvent } from '../domain/event/event-source';

/**
 * At most one event a key in `windowMs`, the latest wins: the first goes at once, the last of a window when it is
 * over. Nothing else waits, and an event of the same record that may not wait makes what is held superfluous, for it
 * shows the record as it is now.
 */
export class ProgressThrottle {
  readonly #sentAtMs = new Map<string, number>();
  readonly #held = new Map<string, SourceEvent>();

  constructor(private readonly windowMs: number) {}

  /** True: send it now. False: it is held, or replaced what was. */
  admit(event: SourceEvent, nowMs: number): boolean {
    const key = event.coalesceKey;
    if (key === undefined) {
      this.#held.delete(event.data.id);
      return true;
    }
    const sentAtMs = this.#sentAtMs.get(key);
    if (sentAtMs !== undefined && nowMs - sentAtMs < this.windowMs) {
      this.#held.set(key, event);
      return false;
    }
    this.#held.delete(key);
    this.#sentAtMs.set(key, nowMs);
    return true;
  }

  /** What was held and whose window is over. */
  due(nowMs: number): SourceEvent[] {
    const due: SourceEvent[] = [];
    for (const [key, sentAtMs] of this.#sentAtMs) {
      if (nowMs - sentAtMs < this.windowMs) continue;
      const held = this.#held.get(key);
      if (held === undefined) {
        this.#sentAtMs.delete(key);
        continue;
      }
      this.#held.delete(key);
      this.#sentAtMs.set(key, nowMs);
      due.push(held);
    }
    return due;
  }

  get holds(): boolean {
    return this.#held.size > 0;
  }

  clear(): void {
    this.#held.clear();
    this.#sentAtMs.clear();
  }
}
