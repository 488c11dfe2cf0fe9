import { LruMap } from '../../../kernel/lru-map';

/** A raw insert is most often claimed within a few milliseconds of its event; when nobody claims, nobody is waited for. */
const WAIT_MS = 200;
/**
 * While claims come, as those do that heard an event. A machine that falls behind would else take up what their claims
 * are about to, which is more to write and to read for each just when there is no time for it (seen: where claims came 2 s
 * late, six of ten messages had been taken up before, and each cost three reads more). So it is the longer the later they
 * come, and never so long that a person would ask what became of a message nobody claims.
 */
const CLAIMED_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;
const WAITS_PER_LATENESS = 2;
/** A late claim is forgotten within a few dozen that are not. */
const LATENESS_KEPT = 0.9;
/** So long after a claim the next is expected. */
const EXPECTED_MS = 1_000;
/** Enough for what is claimed a few seconds late; of one forgotten nothing is learnt. */
const REMEMBERED = 5_000;

/** How long a raw message is left for its claim to take up, from how late the last claims came. */
export class ClaimLateness {
  /** When the stream showed it; also of those taken up under the hands of their claims, which are the late ones. */
  readonly #notedMs = new LruMap<string, number>(REMEMBERED);
  #claimedAtMs = Number.NEGATIVE_INFINITY;
  #latenessMs = 0;

  noted(id: string, atMs: number): void {
    this.#notedMs.set(id, atMs);
  }

  claimed(id: string): void {
    const nowMs = performance.now();
    this.#claimedAtMs = nowMs;
    this.#latenessMs = Math.max(nowMs - (this.#notedMs.get(id) ?? nowMs), this.#latenessMs * LATENESS_KEPT);
    this.#notedMs.delete(id);
  }

  /** A claim looked at it and could not take it, most often for want of a slot: when it is taken tells nothing of claims. */
  leftOut(id: string): void {
    this.#notedMs.delete(id);
  }

  get waitMs(): number {
    if (performance.now() - this.#claimedAtMs >= EXPECTED_MS) return WAIT_MS;
    return Math.min(LONGEST_WAIT_MS, Math.max(CLAIMED_WAIT_MS, this.#latenessMs * WAITS_PER_LATENESS));
  }
}
