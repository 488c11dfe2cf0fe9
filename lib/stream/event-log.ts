import type { SourceStep, StreamIdentity } from '../domain/event/event-source';
import type { PlaneEvent, ResetReason } from '../domain/event/schema';
import { positionTimeMs, sameStream, type StreamPoint } from '../wire/position';
import { Coalescer, type PointedEvent } from './coalescer';
import { encodeEntry } from './entry';
import type { StreamLimits } from './limits';
import { EventRing } from './ring';

export interface OpenedCursor {
  identity: StreamIdentity;
  startToken: string;
  /** It begins at the present: there was nothing to resume, or it is lost. */
  isFresh: boolean;
}

/**
 * The stream as this process has it: which one it is, how far it was read, and its newest events. Whether what
 * follows still joins on to what was before is decided here and nowhere else.
 */
export class EventLog {
  readonly ring: EventRing;
  readonly #coalescer: Coalescer;
  #identity: StreamIdentity | null = null;
  #isLost = false;
  #beganAfter = '';

  constructor(limits: StreamLimits) {
    this.ring = new EventRing(limits);
    this.#coalescer = new Coalescer(limits.coalesceMs);
  }

  /** Null before the first open. */
  get identity(): StreamIdentity | null {
    return this.#identity;
  }
  /** Nothing up to here is missing from the ring or was missed by it. */
  get point(): StreamPoint {
    return this.#coalescer.point;
  }
  /** What came up to here was never seen by this process as it happened. */
  get beganAfter(): StreamPoint {
    return this.#beganAfter;
  }
  /** Where a new cursor goes on; null: at the present. */
  get resumeToken(): string | null {
    return this.#isLost || this.#identity === null ? null : this.#coalescer.token;
  }
  /** Server time of the newest change known. */
  get newestMs(): number {
    return this.#identity === null ? 0 : positionTimeMs(this.#coalescer.token);
  }
  get holdsEvents(): boolean {
    return this.#coalescer.holds;
  }

  lose(): void {
    this.#isLost = true;
  }

  /** A reason when what comes now does not follow on what came before: every position given out so far is void. */
  begin({ identity, startToken, isFresh }: OpenedCursor): ResetReason | null {
    const before = this.#identity;
    const reason = before && (difference(before, identity) ?? (isFresh ? 'history-lost' : null));
    this.#identity = identity;
    this.#isLost = false;
    if (before !== null && reason === null) return null;
    this.#coalescer.begin(startToken);
    this.#beganAfter = startToken;
    this.ring.clear(startToken);
    return reason;
  }

  take(step: SourceStep, nowMs: number): PlaneEvent[] {
    return this.#enter(this.#coalescer.take(step, nowMs));
  }

  /** Events that were held back and may go now. */
  due(nowMs: number): PlaneEvent[] {
    return this.#enter(this.#coalescer.due(nowMs));
  }

  /** All that was held back: this process ends, and who goes on elsewhere has a place behind it. */
  flush(): PlaneEvent[] {
    return this.#enter(this.#coalescer.flush());
  }

  #enter(events: PointedEvent[]): PlaneEvent[] {
    return events.map(({ point, event }) => {
      const { entry, planeEvent } = encodeEntry(this.#identity!, point, event);
      this.ring.push(entry);
      return planeEvent;
    });
  }
}

function difference(before: StreamIdentity, now: StreamIdentity): ResetReason | null {
  if (sameStream(before, now)) return null;
  if (before.databaseId !== now.databaseId) return 'other-database';
  return before.streamEpoch === now.streamEpoch ? 'pipeline-changed' : 'stream-restarted';
}
