import type { PlaneEvent } from './schema';

/**
 * Where the hub's events come from: the port that keeps the hub free of MongoDB and lets a test drive it with an
 * array. A source hands over changes in order and says how far it has read.
 */
export interface EventSource {
  /**
   * Begins after `token` (exclusive), or at the present when it is absent.
   * Rejects with `history-lost` when that point cannot be had any more, `unavailable` when it may later.
   */
  open(options: { afterToken?: string; signal: AbortSignal }): Promise<EventCursor>;
}

export interface EventCursor {
  /**
   * The next step of the stream: an event, or a bare advance (a change that makes no event, or an idle server that
   * confirms it has read on). Resolves at least about once a second while the database answers. Rejects when the
   * stream ended, however it ended: a plain end is a failure too.
   */
  next(): Promise<SourceStep>;
  /** Never waits for a dead server. */
  close(): void;
}

/** `token` is the resume point after this step: memcmp-ordered hex as MongoDB gives it. */
export interface SourceStep {
  token: string;
  event: SourceEvent | null;
  /** The server's own time of the change (or of the confirmation), ms. */
  atMs: number;
}

/** An event that has no position yet; the stream gives it one. */
export type SourceEvent = Omit<PlaneEvent, 'position'>;
