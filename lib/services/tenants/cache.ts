import { ageMs } from '../../kernel/clock';
import type { Collections } from '../../store/collections';

/** Tenants there are, kept in memory: every raw insert asks. Refreshed on change, and at most this often on a miss. */
const REFRESH_LEAST_MS = 1_000;

export class TenantCache {
  #known = new Set<string>();
  #refreshedAtMs = 0;
  #refreshing: Promise<void> | null = null;

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  async refresh(): Promise<void> {
    this.#refreshing ??= this.#load().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  /** From memory alone: for the stream, which must not wait. */
  knows(tenantId: string): boolean {
    return this.#known.has(tenantId);
  }

  /** Asks the database once more before it says no. */
  async exists(tenantId: string): Promise<boolean> {
    if (this.#known.has(tenantId)) return true;
    if (ageMs(this.#refreshedAtMs, this.now()) >= REFRESH_LEAST_MS) await this.refresh();
    return this.#known.has(tenantId);
  }

  all(): string[] {
    return [...this.#known];
  }

  async #load(): Promise<void> {
    const rows = await this.collections.tenants.find({}, { projection: { tenantId: 1 } }).toArray();
    this.#known = new Set(rows.map(row => row.tenantId));
    this.#refreshedAtMs = this.now();
  }
}
