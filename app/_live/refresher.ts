import { hashKey, type QueryClient, type QueryKey } from '@tanstack/react-query';

/**
 * Events of one change come together; they are gathered into one read. The shorter its gap, the sooner a read begins:
 * lists and records go before the heavy reads that every page makes beside them, statistics and health, in the few
 * connections that all windows of a browser share. What a person looks at goes before all of them, by its `gatherMs`.
 */
const GATHER_SHARE = 1 / 10;
/**
 * A change often makes a second event just after the first was read for (a message, then what its thread makes of it).
 * Held back for the whole gap, its read came 350 ms after the change; two may follow each other, the mean stays.
 */
const BURST = 2;

interface Pending {
  key: QueryKey;
  gapMs: number;
  gatherMs: number;
  dirty: boolean;
  running: boolean;
  /** When the latest reads began, at most `BURST`. */
  beganAt: number[];
  /** Of the next read, or, when none is wanted, of forgetting when the last one was. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

export interface Refresher {
  /** Reads the query again after `gatherMs`, but on the mean not more often than once in `gapMs`. */
  mark(key: QueryKey, gapMs: number, gatherMs?: number): void;
  stop(): void;
}

/**
 * Coalesces "this query is stale" into few reads: at most one in flight a query, at most two begun in two
 * `gapMs`, and always one begun after the last mark. The last is the invariant: a read that was under way when an event came may
 * hold the state from before it.
 */
export function createRefresher(client: QueryClient): Refresher {
  const pending = new Map<string, Pending>();

  const run = async (hash: string, entry: Pending): Promise<void> => {
    entry.timer = undefined;
    entry.dirty = false;
    entry.running = true;
    entry.beganAt = [...entry.beganAt, Date.now()].slice(-BURST);
    // Without data a first read is under way, which a refetch would join instead of following: wait, then read.
    const first = client.getQueryCache().find({ queryKey: entry.key, exact: true });
    if (first?.state.data === undefined && first?.state.fetchStatus === 'fetching') {
      await first.promise?.catch(() => undefined);
    }
    await client.refetchQueries({ queryKey: entry.key, exact: true, type: 'active' }, { cancelRefetch: true });
    entry.running = false;
    // Stopped meanwhile.
    if (pending.get(hash) !== entry) return;
    if (entry.dirty) plan(hash, entry);
    else entry.timer = setTimeout(() => pending.delete(hash), entry.gapMs * BURST);
  };

  const plan = (hash: string, entry: Pending): void => {
    if (entry.running) return;
    clearTimeout(entry.timer);
    const [first] = entry.beganAt.length < BURST ? [] : entry.beganAt;
    const freeAt = first === undefined ? 0 : first + entry.gapMs * BURST;
    const waitMs = Math.max(entry.gatherMs, freeAt - Date.now());
    entry.timer = setTimeout(() => void run(hash, entry), waitMs);
  };

  return {
    mark: (key, gapMs, gatherMs = gapMs * GATHER_SHARE) => {
      const hash = hashKey(key);
      const entry = pending.get(hash) ?? {
        key,
        gapMs,
        gatherMs,
        dirty: false,
        running: false,
        beganAt: [],
        timer: undefined,
      };
      pending.set(hash, entry);
      if (entry.dirty) return;
      entry.dirty = true;
      plan(hash, entry);
    },
    stop: () => {
      for (const entry of pending.values()) clearTimeout(entry.timer);
      pending.clear();
    },
  };
}
