import type { OplogState } from '../../store/health';

/**
 * How far back a position can still be resumed from, and which consumers are about to fall behind it. An oplog that is
 * young has lost nothing yet: its window is short because it began a moment ago, not because it is full, so what counts
 * is how far back it will reach once it is.
 */

/** The server cuts the oldest entries somewhat before the cap; from here on the window moves. */
const FULL_SHARE = 0.9;
/** Half is left to act in. */
const WARNING_SHARE = 0.5;
const HOUR_SECONDS = 3_600;

/** Seconds. */
export function reachOf({ windowHours, usedBytes, maxBytes, minRetentionHours }: OplogState): number {
  const isSizeKnown = usedBytes !== null && maxBytes !== null && usedBytes > 0;
  const filledHours =
    isSizeKnown && usedBytes < maxBytes * FULL_SHARE ? windowHours * (maxBytes / usedBytes) : windowHours;
  // Within it nothing is cut, whatever the size.
  return Math.max(filledHours, minRetentionHours ?? 0) * HOUR_SECONDS;
}

/** What to tell of a consumer at that age; null while it is safe. */
export function behindReason(
  { name, tokenAgeSeconds }: { name: string; tokenAgeSeconds: number | null },
  oplog: OplogState | null,
): string | null {
  if (oplog === null || tokenAgeSeconds === null) return null;
  const windowSeconds = oplog.windowHours * HOUR_SECONDS;
  if (tokenAgeSeconds > windowSeconds + SLACK_SECONDS) {
    return `Consumer ${name} is ${spoken(tokenAgeSeconds)} behind and history goes back ${spoken(windowSeconds)}: its place is gone, it will be reset.`;
  }
  const reachSeconds = reachOf(oplog);
  if (tokenAgeSeconds <= reachSeconds * WARNING_SHARE) return null;
  return `Consumer ${name} is ${spoken(tokenAgeSeconds)} behind; history reaches back ${spoken(reachSeconds)}, so its place is lost in about ${spoken(reachSeconds - tokenAgeSeconds)}.`;
}

/** The newest entry, which the window ends at, may be as old as an idle server's next sign of life; and clocks differ. */
const SLACK_SECONDS = 60;
const MINUTE_SECONDS = 60;
const DAY_HOURS = 24;

function spoken(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / MINUTE_SECONDS));
  if (minutes < 2 * 60) return `${minutes} min`;
  const hours = Math.round(seconds / HOUR_SECONDS);
  return hours < 2 * DAY_HOURS ? `${hours} h` : `${Math.round(hours / DAY_HOURS)} days`;
}
