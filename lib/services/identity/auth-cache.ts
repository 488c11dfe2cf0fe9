import type { Principal } from '../../domain/identity/schema';
import { LruMap } from '../../kernel/lru-map';

/** Long enough to spare a busy orchestrator's look-ups, short enough that a revoked token is soon dead everywhere. */
const FRESH_MS = 2_000;
const REMEMBERED = 5_000;

/** Verified credentials by their hash. The credential itself is never a key. */
export class AuthCache {
  readonly #entries = new LruMap<string, { principal: Principal; atMs: number }>(REMEMBERED);

  constructor(private readonly now: () => number) {}

  get(hash: string): Principal | null {
    const entry = this.#entries.get(hash);
    if (!entry || this.now() - entry.atMs >= FRESH_MS) return null;
    if (entry.principal.expiresAtMs !== undefined && entry.principal.expiresAtMs <= this.now()) return null;
    return entry.principal;
  }

  set(hash: string, principal: Principal): void {
    this.#entries.set(hash, { principal, atMs: this.now() });
  }

  /** After a revocation in this process: at once. */
  clear(): void {
    this.#entries.clear();
  }
}
