import { FreshReads } from '../kernel/fresh-reads';
import type { Collections } from './collections';

/**
 * The database's clock for what follows within a moment, where `$$NOW` would cost: an insert that names it is an
 * upsert, and costs the server nearly three times a plain one (107 against 40 us of its CPU, twelve indexes). Read
 * from the server and carried on by the time since its answer, so it is never ahead.
 */
export interface DatabaseClock {
  now(): Date;
}

export async function readDatabaseClock(c: Collections): Promise<DatabaseClock> {
  const { localTime } = await c.dispatches.db.command({ hello: 1 });
  const toldMs = (localTime as Date).getTime();
  const atMs = performance.now();
  return { now: () => new Date(toldMs + performance.now() - atMs) };
}

/** Carried on for this long by a clock that drifts a few microseconds a second; a database whose time is set is followed soon. */
const FRESH_MS = 1_000;

const recent = new WeakMap<Collections, FreshReads<'clock', DatabaseClock>>();

/** The same, read twice a second at most for whoever asks: for writes that come too often for a read each. */
export function recentDatabaseClock(c: Collections): Promise<DatabaseClock> {
  const clocks = recent.get(c) ?? new FreshReads({ freshMs: FRESH_MS, most: 1, now: () => performance.now() });
  recent.set(c, clocks);
  return clocks.get('clock', () => readDatabaseClock(c));
}
