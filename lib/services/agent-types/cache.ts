import { findAgentType, findAgentTypes } from '../../store/agent-types';
import type { Collections } from '../../store/collections';
import type { AgentTypeDocument } from '../../store/documents';

/**
 * A claim needs its types' limits, leases and prompts; reading them each time costs a round trip. Entries are dropped
 * the moment the stream shows a change, and live no longer than this where the stream is late.
 */
const FRESH_MS = 1_000;
/** Entries of slugs that no type has come from callers; past this all are read anew. */
const MOST_ENTRIES = 10_000;

interface Entry<T> {
  value: Promise<T>;
  atMs: number;
}

export class AgentTypeCache {
  readonly #types = new Map<string, Entry<AgentTypeDocument | null>>();
  readonly #lists = new Map<string, Entry<AgentTypeDocument[]>>();

  constructor(
    private readonly collections: Collections,
    private readonly now: () => number,
  ) {}

  /** Null: there is none, or what is stored cannot be read. */
  get(tenantId: string, slug: string): Promise<AgentTypeDocument | null> {
    return this.#fresh(this.#types, `${tenantId}/${slug}`, () => findAgentType(this.collections, tenantId, slug));
  }

  /** By slug. */
  list(tenantId: string): Promise<AgentTypeDocument[]> {
    return this.#fresh(this.#lists, tenantId, () => findAgentTypes(this.collections, tenantId));
  }

  forget(tenantId: string, slug: string): void {
    this.#types.delete(`${tenantId}/${slug}`);
    this.#lists.delete(tenantId);
  }

  clear(): void {
    this.#types.clear();
    this.#lists.clear();
  }

  /**
   * Holds the read and not its result: those who ask at once share one, and one that began before `forget` is out of
   * the map by the time it ends, so it cannot put an old state back.
   */
  #fresh<T>(entries: Map<string, Entry<T>>, key: string, read: () => Promise<T>): Promise<T> {
    const known = entries.get(key);
    if (known && this.now() - known.atMs < FRESH_MS) return known.value;
    if (entries.size >= MOST_ENTRIES) entries.clear();
    const entry = { value: read(), atMs: this.now() };
    entries.set(key, entry);
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.value;
  }
}
