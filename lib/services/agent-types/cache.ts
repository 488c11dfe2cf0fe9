import type { AgentTypeDocument } from '../../store/documents';
import type { Collections } from '../../store/collections';

/**
 * A claim needs its type's limit, lease and prompt; reading them each time costs a round trip. Entries are dropped
 * the moment the stream shows a change, and live no longer than this where the stream is late.
 */
const FRESH_MS = 1_000;

interface Entry {
  type: AgentTypeDocument | null;
  atMs: number;
}

export class AgentTypeCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  async get(tenantId: string, slug: string): Promise<AgentTypeDocument | null> {
    const key = `${tenantId}/${slug}`;
    const entry = this.#entries.get(key);
    if (entry && this.now() - entry.atMs < FRESH_MS) return entry.type;
    const type = await this.collections.agentTypes.findOne({ tenantId, slug, deletedAt: { $exists: false } });
    this.#entries.set(key, { type, atMs: this.now() });
    return type;
  }

  async list(tenantId: string): Promise<AgentTypeDocument[]> {
    return this.collections.agentTypes.find({ tenantId, deletedAt: { $exists: false } }).sort({ slug: 1 }).toArray();
  }

  forget(tenantId: string, slug: string): void {
    this.#entries.delete(`${tenantId}/${slug}`);
  }

  clear(): void {
    this.#entries.clear();
  }
}
