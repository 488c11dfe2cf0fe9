import { createStore, type Store } from './store';

/**
 * Said within 5 s, also on a page where nothing happens: one probe in this time, whose answer takes at most 2 s while
 * the database is away.
 */
const PROBE_EVERY_MS = 2_000;
const PROBE_LIMIT_MS = 2_500;

export interface DatabaseWatch {
  readonly away: Store<boolean>;
  start(): () => void;
}

/**
 * The stream stays open while MongoDB is away, and is silent then as on a quiet day: no event can tell. So the
 * readiness probe is asked, by a visible tab only; it carries no data, and no query hangs on it but the first after
 * the database is back. Not through the client: a retry would hide for seconds what this is here to see.
 */
export function createDatabaseWatch(onBack: () => void): DatabaseWatch {
  const away = createStore(false);
  const probe = async (): Promise<void> => {
    if (document.hidden || !navigator.onLine) return;
    const status = await readiness();
    // No answer at all is the connection's affair; its badge says so.
    if (status === null) return;
    const was = away.get();
    away.set(status === 503);
    if (was && !away.get()) onBack();
  };
  return {
    away,
    start: () => {
      const timer = setInterval(() => void probe(), PROBE_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}

async function readiness(): Promise<number | null> {
  try {
    const { status } = await fetch('/api/health/ready', {
      cache: 'no-store',
      signal: AbortSignal.timeout(PROBE_LIMIT_MS),
    });
    return status;
  } catch {
    return null;
  }
}
