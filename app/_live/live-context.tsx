'use client';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Connection } from './connection';
import type { DatabaseWatch } from './database-watch';
import type { EventLog } from './event-log';
import type { Refresher } from './refresher';
import type { Store } from './store';

/** What every live hook of a tab shares. */
export interface Live {
  connection: Connection;
  refresher: Refresher;
  log: EventLog;
  database: DatabaseWatch;
}

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
