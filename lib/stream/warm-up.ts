import type { EventSource, StreamIdentity } from '../domain/event/event-source';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../kernel/clock';
import { positionTimeMs, sameStream, tokenOf } from '../wire/position';
import { Coalescer, type PointedEvent } from './coalescer';
import { encodeEntry } from './entry';
import { HistoryBuffer } from './history-buffer';
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
  /** The ring reaches further back than before. */
  reached(): void;
  /** The latest history stands in the ring, as far as it can be had. */
  latestRead(): void;
}

/**
 * Looked back over in turn, each in front of the one before. The first are for readers that come back after a restart:
 * nearly all need some seconds, and must not wait for minutes of a busy plane to be read. What lies before the oplog's
 * beginning is refused, and that is the end of it.
 */
const LATEST_MS = [5 * SECOND_MS, MINUTE_MS, 10 * MINUTE_MS] as const;
/** For a quiet plane, where they are cheap: until there is enough to show. */
const FURTHER_MS = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS] as const;

/**
 * Puts history in front of the ring once, after a start: without it a new process has nothing to show as recent, and
 * every reader of the old one would need a cursor of its own. Best effort: what fails leaves the ring as it is.
 */
export async function warmUp(port: WarmUpPort): Promise<void> {
  const { ring, limits, timers, signal } = port;
  const beganMs = timers.now();
  // The server's: by a clock of this machine that runs ahead, there would be nothing to look back on.
  const nowMs = positionTimeMs(tokenOf(ring.floor));
  let isWhole = true;
  for (const windowMs of LATEST_MS) {
    isWhole = !signal.aborted && (await lookBack(port, nowMs - windowMs));
    if (!isWhole) break;
    port.reached();
    // A busy plane: who stands further back reads on alone.
    if (ring.size >= limits.warmUpEvents) break;
  }
  port.latestRead();
  for (const windowMs of isWhole ? FURTHER_MS : []) {
    const isEnough = ring.size >= limits.warmUpEnough || timers.now() - beganMs > limits.warmUpExtendMs;
    if (isEnough || signal.aborted || !(await lookBack(port, nowMs - windowMs))) return;
  }
}

/** True when all since then stands in the ring. */
async function lookBack(port: WarmUpPort, sinceMs: number): Promise<boolean> {
  const { source, limits, timers, signal } = port;
  try {
    const options = { sinceMs, leavesSoon: true, signal };
    const watched = await openWatched(source, options, limits, timers);
    try {
      return await readWindow(port, watched);
    } finally {
      void watched.close();
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
  const history = new HistoryBuffer(watched.cursor.startToken, limits.warmUpEvents);
  const keep = (events: PointedEvent[]) => {
    for (const { point, event } of events) {
      if (tokenOf(point) <= ring.floor) history.add(encodeEntry(stream, point, event).entry);
    }
  };
  for (let steps = 1; ; steps += 1) {
    const step = await watched.next();
    // What lies after the ring's floor is in the ring.
    if (step.token > ring.floor) break;
    keep(coalescer.take(step, step.atMs));
    if (step.token === ring.floor) break;
    if (steps % limits.eventsPerTurn === 0) await yieldTurn(timers);
    if (timers.now() > untilMs) return false;
  }
  if (!sameStream(identity(), stream)) return false;
  // The ring's own reading began at its floor: what is held here it never saw.
  keep(coalescer.flush());
  history.fill(ring);
  return true;
}
