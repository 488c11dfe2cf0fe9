export interface ReconnectFacts {
  /** Failures in a row before this one. */
  attempt: number;
  /** The stream's last `retry:` line. */
  retryMs: number | null;
  /** `Retry-After` of a refusal such as 429 or 503. */
  retryAfterMs: number | undefined;
}

/** When the server never said how long to wait. */
const DEFAULT_RETRY_MS = 1_000;
const BASE_MS = 500;
/** A person in front of the page waits at most this much longer than the server asked for. */
const MAX_JITTER_MS = 15_000;
/** A floor from the wire is obeyed up to here: a slip of the server must not silence a client for hours. */
const MAX_FLOOR_MS = 60_000;

/**
 * The floor the server asked for, plus full jitter that doubles with each failure: after a restart the readers come
 * back spread out, and never before they were told to.
 */
export function reconnectDelayMs({ attempt, retryMs, retryAfterMs }: ReconnectFacts, random: () => number): number {
  const floorMs = Math.min(MAX_FLOOR_MS, Math.max(retryMs ?? DEFAULT_RETRY_MS, retryAfterMs ?? 0));
  const rangeMs = Math.min(MAX_JITTER_MS, BASE_MS * 2 ** Math.min(attempt, 30));
  return Math.round(floorMs + random() * rangeMs);
}
