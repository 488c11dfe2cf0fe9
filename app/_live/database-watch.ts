import { api, isDatabaseAway } from './api';
import { createStore, type Store } from './store';

/** Said within 5 s, also on a page where nothing happens: one probe in this time, plus its own limit. */
const PROBE_EVERY_MS = 3_000;
const PROBE_LIMIT_MS = 1_500;

export interface DatabaseWatch {
  readonly away: Store<boolean>;
  start(): () => void;
}

/**
 * The stream stays open while MongoDB is away, and is silent then as on a quiet day: no event can tell. So the
 * readiness probe is asked, by a visible tab only; it carries no data, and no query hangs on it but the first after
 * the database is back.
 */
export function createDatabaseWatch(onBack: () => void): DatabaseWatch {
  const away = createStore(false);
  const probe = async (): Promise<void> => {
    if (document.hidden || !navigator.onLine) return;
    const was = away.get();
    try {
      await api.get('/api/health/ready', { timeoutMs: PROBE_LIMIT_MS });
      away.set(false);
      if (was) onBack();
    } catch (error) {
      // No answer at all is the connection's affair; its badge says so.
      if (isDatabaseAway(error) && hasStatus(error)) away.set(true);
    }
  };
  return {
    away,
    start: () => {
      const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}

const hasStatus = (error: unknown): boolean =>
  typeof (error as { details?: { status?: unknown } }).details?.status === 'number';
