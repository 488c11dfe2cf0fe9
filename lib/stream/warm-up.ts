import type { EventSource, StreamIdentity } from '../domain/event/event-source';
import { HOUR_MS, MINUTE_MS } from '../kernel/clock';
import { sameStream } from '../wire/position';
import { Coalescer } from './coalescer';
import { encodeEntry, type StreamEntry } from './entry';
import type { StreamLimits } from './limits';
import { openWatched } from './open-watched';
import type { EventRing } from './ring';
import { yieldTurn, type Timers } from './timers';
import type { WatchedCursor } from './watched-cursor';

export interface WarmUpPort {
  source: EventSource;
  ring: EventRing;
  limits: StreamLimits;
  timers: Timers;
  signal: AbortSignal;
  identity(): StreamIdentity;
  /** The latest history stands in the ring, or cannot be had. */
  recentRead(): void;
}

/**
 * Looked back over in turn until there is enough to show. The first covers every reader that comes back after a
 * restart; the later ones are for a quiet plane, where they are cheap. A window older than the oplog is refused, and
 * then a shorter one is tried.
 */
const WINDOWS_MS = [10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const;
const SHORTER_WINDOWS_MS = [2 * MINUTE_MS, 30_000, 5_000];

/**
 * Puts history in front of the ring once, after a start: without it a new process has nothing to show as recent, and
 * every reader of the old one would need a cursor of its own. Best effort: what fails leaves the ring as it is.
 */
export async function warmUp(port: WarmUpPort): Promise<void> {
  const { ring, limits, timers, signal } = port;
  const beganMs = timers.now();
  const [latestMs, ...furtherMs] = WINDOWS_MS;
  const isWhole = await lookBack(port, latestMs);
  for (const shorterMs of isWhole ? [] : SHORTER_WINDOWS_MS) if (await lookBack(port, shorterMs)) break;
  port.recentRead();
  for (const windowMs of isWhole ? furtherMs : []) {
    const isEnough = ring.size >= limits.warmUpEnough || timers.now() - beganMs > limits.warmUpExtendMs;
    if (isEnough || signal.aborted || !(await lookBack(port, windowMs))) return;
  }
}

/** True when the whole window stands in the ring. */
async function lookBack(port: WarmUpPort, windowMs: number): Promise<boolean> {
  const { source, limits, timers, signal } = port;
  try {
    const options = { sinceMs: timers.now() - windowMs, leavesSoon: true, signal };
    const watched = await openWatched(source, options, limits, timers);
    try {
      return await readWindow(port, watched);
    } finally {
      watched.close();
    }
  } catch {
    return false;
  }
}

async function readWindow({ ring, limits, timers, identity }: WarmUpPort, watched: WatchedCursor): Promise<boolean> {
  const stream = identity();
  if (!sameStream(watched.cursor.identity, stream)) return false;
  const untilMs = timers.now() + limits.warmUpBudgetMs;
  const coalescer = new Coalescer(limits.coalesceMs);
  let entries: StreamEntry[] = [];
  let floor = watched.cursor.startToken;
  for (let steps = 1; ; steps += 1) {
    const step = await watched.next();
    // What lies after the ring's floor is in the ring.
    if (step.token > ring.floor) break;
    for (const { point, event } of coalescer.take(step, step.atMs)) {
      if (point <= ring.floor) entries.push(encodeEntry(stream, point, event).entry);
    }
    if (step.token === ring.floor) break;
    if (entries.length > 2 * limits.warmUpEvents) {
      floor = entries[limits.warmUpEvents - 1]!.point;
      entries = entries.slice(limits.warmUpEvents);
    }
    if (steps % limits.eventsPerTurn === 0) await yieldTurn(timers);
    if (timers.now() > untilMs) return false;
  }
  if (!sameStream(identity(), stream)) return false;
  ring.prepend(entries, floor);
  return true;
}
