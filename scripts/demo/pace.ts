/** How fast the demo goes, and the bounds of everything it waits for. */

export interface Pace {
  /** A demo agent's work takes milliseconds; it rests this long at each step so that a person can watch it. */
  stepMs: number;
  /** Between two things a person would write. */
  gapMs: number;
  betweenRoundsMs: number;
}

/** One round fills about a minute. */
export const WATCHABLE: Pace = { stepMs: 1_800, gapMs: 6_500, betweenRoundsMs: 5_000 };
/** For tests: as fast as the parts can. */
export const FAST: Pace = { stepMs: 0, gapMs: 0, betweenRoundsMs: 0 };

export const MAX_STEP_MS = 60_000;
export const DEFAULT_ROUNDS = 1;
/** A round leaves a dozen threads behind; more than this is a load test, not a demo. */
export const MAX_ROUNDS = 20;

/** Each is a Node process of some 60 MB; fewer than the work that is due at once, so that waiting is seen too. */
export const CAPACITY = 6;

/** A round that has not ended by then will not; what hangs is named. */
export const ROUND_LIMIT_MS = 240_000;

/** With somebody at the terminal the team stays, for an answer to its question. */
export const DEFAULT_STAY_SECONDS = 120;
export const MAX_STAY_SECONDS = 3_600;

/** The team's token dies by itself when the demo was killed before it could revoke it. */
export const TOKEN_LIFE_MS = 4 * 3_600_000;

/** Under the 10 s that a supervisor waits before it kills. */
export const LONGEST_STOP_MS = 9_500;
