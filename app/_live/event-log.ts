import type { RecentEvent } from '@/lib/domain/event/schema';
import type { Page } from '@/lib/domain/fields';
import { api } from './api';
import type { Connection, StreamEvent } from './connection';
import { createStore, type Store } from './store';

export interface LoggedEvent {
  position: string;
  type: string;
  data: Record<string, unknown>;
  at: string;
  /** When it came over the stream; 0 for those of the first read. */
  receivedAt: number;
}

/** Enough to scroll back through; older ones are on the server. */
export const MAX_LOGGED = 1_000;
const SEED_EVENTS = 200;
/** A busy stream redraws the feed this often, whatever its rate. */
const PUBLISH_MS = 200;
/** A chart by the second has nothing to draw more often, and is the dearest thing that hangs on the feed. */
const COUNT_MS = 1_000;
/** What the chart shows. */
export const RATE_SECONDS = 300;

export interface EventLog {
  /** Newest first. */
  readonly events: Store<readonly LoggedEvent[]>;
  /**
   * How many came over the stream, by type, since the tab began: the log forgets, and who holds it wants to know how
   * many came meanwhile. As many entries as there are types.
   */
  readonly arrived: Store<ReadonlyMap<string, number>>;
  /** Events in each second of the last `RATE_SECONDS`, by the second they happened in. */
  readonly perSecond: Store<ReadonlyMap<number, number>>;
  /** Null until the first read came; from then on nothing is missing. */
  readonly since: Store<number | null>;
  start(): () => void;
}

/** The last events of this tab: seeded by one read, fed by the stream, bounded, shared by every page that shows them. */
export function createEventLog(connection: Connection): EventLog {
  const events = createStore<readonly LoggedEvent[]>([]);
  const arrivedByType = createStore<ReadonlyMap<string, number>>(new Map());
  const perSecond = createStore<ReadonlyMap<number, number>>(new Map());
  const since = createStore<number | null>(null);
  const seen = new Set<string>();
  let arrived: LoggedEvent[] = [];
  const rate = createRate(perSecond);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const publish = (): void => {
    timer = undefined;
    const batch = arrived;
    arrived = [];
    if (batch.length === 0) return;
    const all = [...batch.toReversed(), ...events.get()];
    arrivedByType.set(countedByType(arrivedByType.get(), batch));
    for (const old of all.slice(MAX_LOGGED)) seen.delete(old.position);
    events.set(all.slice(0, MAX_LOGGED));
    rate.add(batch);
  };
  const add = (event: LoggedEvent): void => {
    if (seen.has(event.position)) return;
    seen.add(event.position);
    arrived.push(event);
    timer ??= setTimeout(publish, PUBLISH_MS);
  };
  const seed = async (): Promise<void> => {
    const page = await api.get<Page<RecentEvent>>('/api/events/recent', { query: { limit: SEED_EVENTS } });
    const old = page.items.map(fromRecent).filter(event => !seen.has(event.position));
    for (const event of old) seen.add(event.position);
    const ordered = old.toSorted((a, b) => b.at.localeCompare(a.at));
    events.set([...events.get(), ...ordered].slice(0, MAX_LOGGED));
    perSecond.set(counted(perSecond.get(), ordered));
    since.set(Date.parse(ordered.at(-1)?.at ?? new Date().toISOString()));
  };
  const reseed = (): void => {
    seen.clear();
    arrived = [];
    events.set([]);
    // What is not known to be whole is not counted as if it were.
    rate.clear();
    since.set(null);
    void seed().catch(() => undefined);
  };
  // Once somebody is signed in and the stream is up; a first read that failed is tried again when it comes up next.
  const seedIfMissing = (): void => {
    if (connection.state.get() === 'live' && since.get() === null) void seed().catch(() => undefined);
  };
  return {
    events,
    arrived: arrivedByType,
    perSecond,
    since,
    start: () => {
      const stops = [
        connection.onEvent(event => add(fromStream(event))),
        connection.onReset(reseed),
        connection.state.subscribe(seedIfMissing),
      ];
      return () => {
        clearTimeout(timer);
        rate.stop();
        timer = undefined;
        for (const stop of stops) stop();
      };
    },
  };
}

/** Counts what comes into the store, a second's worth at once. */
function createRate(perSecond: Store<ReadonlyMap<number, number>>) {
  let uncounted: LoggedEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = (): void => {
    timer = undefined;
    perSecond.set(counted(perSecond.get(), uncounted));
    uncounted = [];
  };
  return {
    add: (batch: readonly LoggedEvent[]) => {
      uncounted.push(...batch);
      timer ??= setTimeout(count, COUNT_MS);
    },
    clear: () => {
      uncounted = [];
      perSecond.set(new Map());
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

const fromStream = ({ position, type, data }: StreamEvent): LoggedEvent => ({
  position,
  type,
  data,
  at: data.at,
  receivedAt: Date.now(),
});
const fromRecent = ({ id, event, data }: RecentEvent): LoggedEvent => ({
  position: id,
  type: event,
  data,
  at: String(data['at'] ?? ''),
  receivedAt: 0,
});

function countedByType(
  before: ReadonlyMap<string, number>,
  batch: readonly LoggedEvent[],
): ReadonlyMap<string, number> {
  const counts = new Map(before);
  for (const { type } of batch) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function counted(before: ReadonlyMap<number, number>, batch: readonly LoggedEvent[]): ReadonlyMap<number, number> {
  const oldest = Math.floor(Date.now() / 1_000) - RATE_SECONDS;
  const counts = new Map([...before].filter(([second]) => second >= oldest));
  for (const { at } of batch) {
    const second = Math.floor(Date.parse(at) / 1_000);
    if (second >= oldest) counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return counts;
}
