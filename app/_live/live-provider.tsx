'use client';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { isSignedOut } from './api';
import { createConnection } from './connection';
import { createDatabaseWatch } from './database-watch';
import { createEventLog } from './event-log';
import { LiveContext, type Live } from './live-context';
import { createRefresher } from './refresher';
import { goToSignIn } from './session';
import { readUnseenAgain } from './unseen-queries';

/** Signed out anywhere: the whole tab goes to the sign-in page and comes back where it was. */
const onError = (error: unknown): void => {
  if (isSignedOut(error)) goToSignIn();
};

function createParts(): Live & { client: QueryClient } {
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // The stream says when something is stale; time does not. The SDK retries what may be retried.
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { retry: false },
    },
  });
  const connection = createConnection();
  return {
    client,
    connection,
    refresher: createRefresher(client),
    log: createEventLog(connection),
    database: createDatabaseWatch(() => void client.invalidateQueries()),
  };
}

/** The live parts of a tab: made once, running while the pages stand. */
export function LiveProvider({ children }: { children: React.ReactNode }) {
  const [live] = useState(createParts);
  useEffect(() => {
    const { connection, client, log, database, refresher } = live;
    const stops = [
      readUnseenAgain(client),
      log.start(),
      database.start(),
      connection.onReset(() => void client.invalidateQueries()),
      // A whole load, so that nothing of the former session stays in memory.
      connection.onOtherUser(() => location.reload()),
      connection.state.subscribe(() => {
        if (connection.state.get() === 'unauthenticated') goToSignIn();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      refresher.stop();
      connection.stop();
    };
  }, [live]);
  return (
    <QueryClientProvider client={live.client}>
      <LiveContext value={live}>{children}</LiveContext>
    </QueryClientProvider>
  );
}
