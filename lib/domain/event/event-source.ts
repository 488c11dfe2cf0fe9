import { ControlPlaneError, isControlPlaneError } from '../errors';
import type { PlaneEvent } from './schema';

/**
 * Where the hub's events come from: the port that keeps the hub free of MongoDB and lets a test drive it with an
 * array. A source hands over changes in order and says how far it has read.
 */
export interface EventSource {
  /**
   * Begins after `afterToken` (exclusive), or with what happened since `sinceMs`, or at the present.
   * Rejects with `history-lost` when that point cannot be had any more, `unavailable` when it may later, of which
   * `isTooFarBack` is one. Settles also after the caller has given it up.
   */
  open(options: OpenSource): Promise<EventCursor>;
}

export interface OpenSource {
  afterToken?: string;
  /** Server time in ms, inclusive; read only when there is no token. It is no cursor: use it to look back, never to resume. */
  sinceMs?: number;
  /** The caller leaves as soon as it has caught up, so it wants to hear soon that there is no more. */
  leavesSoon?: boolean;
  /** The caller gives up after this, ms: a source that can stop looking by then does, so that nothing runs on unseen. */
  withinMs?: number;
  signal: AbortSignal;
}

const TOO_FAR_BACK = 'too-far-back';

/** The source looked for the place for as long as it was given, and would find it given longer. */
export const tooFarBack = (cause: unknown): ControlPlaneError =>
  new ControlPlaneError('unavailable', 'The place in the stream was not found in time.', {
    retry: 'backoff',
    details: { reason: TOO_FAR_BACK },
    cause,
  });

export const isTooFarBack = (error: unknown): boolean =>
  isControlPlaneError(error, 'unavailable') && error.details?.['reason'] === TOO_FAR_BACK;

export interface EventCursor {
  /** Which stream this is; when it differs from the one before, every position given out so far is void. */
  readonly identity: StreamIdentity;
  /** Resume point before the first step: everything after it will come. */
  readonly startToken: string;
  /**
   * The next step of the stream: an event, or a bare advance (a change that makes no event, or an idle server that
   * confirms it has read on). Resolves at least about once a second while the database answers. Rejects when the
   * stream ended, however it ended: a plain end is a failure too.
   */
  next(): Promise<SourceStep>;
  /** Resolves when the server has let go of it, or after a short patience with one that is dead; never rejects. */
  close(): Promise<void>;
}

/** `token` is the resume point after this step: memcmp-ordered hex as MongoDB gives it. */
export interface SourceStep {
  token: string;
  event: SourceEvent | null;
  /** The server's own time of the change (or of the confirmation), ms. */
  atMs: number;
}

/** An event that has no position yet; the stream gives it one. */
export interface SourceEvent extends Omit<PlaneEvent, 'position'> {
  /** Events of one key may be merged, latest wins, to one a second: a dispatch's progress. Absent: never held back. */
  coalesceKey?: string;
}

/** What a position belongs to. Positions of another identity are refused, never guessed at. */
export interface StreamIdentity {
  /** Random, stored in the database. */
  databaseId: string;
  /** Counts the times this database was put under another history (a restore). */
  streamEpoch: number;
  /** Fingerprint of what the stream selects. */
  pipelineVersion: string;
}
