import { LruMap } from '../../../kernel/lru-map';

/** Enough for the work that can be due at once; an older one has its hop unknown, not wrong. */
const REMEMBERED = 20_000;

/**
 * What this process saw on the stream of a work item's first event: when the database stored it (its oplog's wall
 * time) and when the event went out. Both end up in the ledger.
 */
export class StreamedTimes {
  readonly #times = new LruMap<string, { storedAt: Date; streamedAt: Date }>(REMEMBERED);

  note(id: string, storedAt: Date, streamedAtMs: number): void {
    // Two clocks, the database's and ours: an event cannot have gone out before it was stored.
    const streamedAt = new Date(Math.max(streamedAtMs, storedAt.getTime()));
    if (!this.#times.has(id)) this.#times.set(id, { storedAt, streamedAt });
  }

  storedAt(id: string): Date | null {
    return this.#times.get(id)?.storedAt ?? null;
  }

  streamedAt(id: string): Date | null {
    return this.#times.get(id)?.streamedAt ?? null;
  }
}
