import type { Principal } from '../domain/identity/schema';
import type { Subscriber } from './subscriber';

interface Asked {
  atMs: number;
  isValid: Promise<boolean>;
}

/** Whether readers may stay: one question for all who come with the same credentials within a short time. */
export class CredentialChecks {
  /** In the order they were asked; at most the principals that were asked about within `shareMs`. */
  readonly #asked = new Map<string, Asked>();

  constructor(private readonly shareMs: number) {}

  /** Null where a reader has nobody to ask. */
  ask({ principal, stillValid }: Subscriber, nowMs: number): Promise<boolean> | null {
    if (stillValid === null) return null;
    this.#forget(nowMs);
    const key = credentialKey(principal);
    const asked = this.#asked.get(key) ?? { atMs: nowMs, isValid: stillValid() };
    this.#asked.set(key, asked);
    return asked.isValid;
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#asked) {
      if (nowMs - atMs < this.shareMs) return;
      this.#asked.delete(key);
    }
  }
}

/** Two sessions of one person end apart; so do two tokens. */
const credentialKey = ({ tenantId, role, id, via, sessionId, expiresAtMs }: Principal): string =>
  JSON.stringify([tenantId, role, id, via, sessionId, expiresAtMs]);
