import { isDeepStrictEqual } from 'node:util';
import { FreshReads } from '../../kernel/fresh-reads';
import { findAgentType, findAgentTypes } from '../../store/agent-types';
import type { Collections } from '../../store/collections';
import type { AgentTypeDocument } from '../../store/documents';

/**
 * A claim needs its types' limits, leases and prompts; reading them each time costs a round trip. Entries are dropped
 * the moment the stream shows a change, and live no longer than this where the stream is late.
 */
const FRESH_MS = 1_000;
/** Entries of slugs that no type has come from callers. */
const MOST_ENTRIES = 10_000;

export class AgentTypeCache {
  readonly #types: FreshReads<string, AgentTypeDocument | null>;
  readonly #lists: FreshReads<string, AgentTypeDocument[]>;

  constructor(
    private readonly collections: Collections,
    now: () => number,
  ) {
    // The same object for as long as nothing changed: what was found out about it (`SlotPool`) holds on.
    const options = { freshMs: FRESH_MS, most: MOST_ENTRIES, now, isSame: isDeepStrictEqual };
    this.#types = new FreshReads<string, AgentTypeDocument | null>(options);
    this.#lists = new FreshReads<string, AgentTypeDocument[]>(options);
  }

  /** Null: there is none, or what is stored cannot be read. */
  get(tenantId: string, slug: string): Promise<AgentTypeDocument | null> {
    return this.#types.get(`${tenantId}/${slug}`, () => findAgentType(this.collections, tenantId, slug));
  }

  /** By slug. */
  list(tenantId: string): Promise<AgentTypeDocument[]> {
    return this.#lists.get(tenantId, () => findAgentTypes(this.collections, tenantId));
  }

  forget(tenantId: string, slug: string): void {
    this.#types.forget(`${tenantId}/${slug}`);
    this.#lists.forget(tenantId);
  }

  clear(): void {
    this.#types.clear();
    this.#lists.clear();
  }
}
