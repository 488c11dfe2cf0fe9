import { steadyClock } from '@/lib/kernel/clock';

/** How often it is looked whether work came due by itself (a back-off that ended): that makes no event. */
export const DUE_POLL_MS = 30_000;
/** Work that stays due (its type is busy elsewhere) rings ever more seldom: each line costs the session a turn. */
const MAX_SILENCE_MS = 600_000;

/** For a process that comes after. */
export interface KeptDueLook {
  silenceMs: number;
  /** Wall clock, since 1970. */
  againAtMs: number;
}

/** When to look for due work again, after it was rung for. */
export class DueLook {
  #silenceMs = 0;
  #againMs = 0;

  constructor(from?: KeptDueLook, nowMs = steadyClock.now(), wallMs = Date.now()) {
    if (from === undefined) return;
    this.#silenceMs = from.silenceMs;
    // No longer than any silence lasts, whatever became of the wall clock since.
    this.#againMs = nowMs + Math.min(MAX_SILENCE_MS, Math.max(0, from.againAtMs - wallMs));
  }

  kept(nowMs = steadyClock.now(), wallMs = Date.now()): KeptDueLook {
    return { silenceMs: this.#silenceMs, againAtMs: wallMs + Math.max(0, this.#againMs - nowMs) };
  }

  isTime(nowMs = steadyClock.now()): boolean {
    return nowMs >= this.#againMs;
  }

  /** Nothing is due that no event told of. */
  nothing(): void {
    this.#silenceMs = 0;
  }

  rung(nowMs = steadyClock.now()): void {
    this.#silenceMs = Math.min(MAX_SILENCE_MS, Math.max(DUE_POLL_MS, this.#silenceMs * 2));
    // Half a poll early: the poll that falls on the end of the silence is meant, not the one after it.
    this.#againMs = nowMs + this.#silenceMs - DUE_POLL_MS / 2;
  }

  /** Something changed, and what comes due now is no longer what stayed due: the long silence is over. */
  heard(nowMs = steadyClock.now()): void {
    this.#silenceMs = 0;
    this.#againMs = Math.min(this.#againMs, nowMs + DUE_POLL_MS / 2);
  }
}
