import { useLive, useStore } from './live-context';

export type BadgeState = 'live' | 'reconnecting' | 'offline';

/** How the live connection stands, and the age of its last byte. */
export function useConnection(): { state: BadgeState; lastSignalAt: () => number | null; retry: () => void } {
  const { connection } = useLive();
  const state = useStore(connection.state);
  const badge = state === 'live' ? 'live' : state === 'offline' ? 'offline' : 'reconnecting';
  return { state: badge, lastSignalAt: connection.lastSignalAt, retry: connection.retry };
}

export function useDatabaseAway(): boolean {
  const { database } = useLive();
  return useStore(database.away);
}
