import type { Principal } from '../../domain/identity/schema';
import { FreshReads } from '../../kernel/fresh-reads';

/** Long enough to spare a busy orchestrator's look-ups, short enough that a revoked token is soon dead everywhere. */
const FRESH_MS = 2_000;
const REMEMBERED = 5_000;

/** Verified credentials by their hash. The credential itself is never a key; one that opens nothing is not kept. */
export class AuthCache {
  readonly #principals: FreshReads<string, Principal | null>;

  constructor(private readonly now: () => number) {
    this.#principals = new FreshReads({ freshMs: FRESH_MS, most: REMEMBERED, now, keeps: found => found !== null });
  }

  async get(hash: string, read: () => Promise<Principal | null>): Promise<Principal | null> {
    const principal = await this.#principals.get(hash, read);
    if (principal?.expiresAtMs !== undefined && principal.expiresAtMs <= this.now()) return null;
    return principal;
  }

  /** After a revocation in this process: at once. */
  clear(): void {
    this.#principals.clear();
  }
}
