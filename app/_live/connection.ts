import { openEventStream, type EventStream } from '@/lib/sdk/event-stream';
import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';
import { createStore, type Store } from './store';

export type { StreamEvent } from '@/lib/sdk/stream-event';

export interface Connection {
  readonly state: Store<LiveState>;
  /** When the last byte came, heartbeats included; null before the first. */
  lastSignalAt(): number | null;
  /** Begins after `cursor`; does nothing when already begun. */
  start(cursor: string | null): void;
  /** Try now rather than after the pause. */
  retry(): void;
  stop(): void;
  onEvent(listener: (event: StreamEvent) => void): () => void;
  /** History is lost: what is shown must be fetched again. */
  onReset(listener: () => void): () => void;
  /** A checkpoint: a minute without an event. Numbers over a window of time move also then. */
  onQuiet(listener: () => void): () => void;
}

/** The one live connection of a tab; every hook of every page hangs on it. */
export function createConnection(): Connection {
  const state = createStore<LiveState>('connecting');
  const onEvent = new Set<(event: StreamEvent) => void>();
  const onReset = new Set<() => void>();
  const onQuiet = new Set<() => void>();
  let dealtWith: string | null = null;
  let signalAt: number | null = null;
  let stream: EventStream | undefined;
  const signal = () => {
    signalAt = Date.now();
  };
  const goOnline = () => stream?.retry();

  return {
    state,
    lastSignalAt: () => signalAt,
    start: cursor => {
      if (stream !== undefined) return;
      window.addEventListener('online', goOnline);
      stream = openEventStream({
        baseUrl: '',
        ...(cursor === null ? {} : { after: cursor }),
        fetch: watchBytes(signal),
        onEvent: event => {
          dealtWith = event.position;
          onEvent.forEach(listener => listener(event));
        },
        onReset: reset => {
          dealtWith = reset.cursor;
          onReset.forEach(listener => listener());
        },
        // A position that came with neither is a checkpoint's.
        onPosition: position => {
          if (position !== dealtWith) onQuiet.forEach(listener => listener());
        },
        onState: next => state.set(next),
      });
    },
    retry: goOnline,
    stop: () => {
      window.removeEventListener('online', goOnline);
      void stream?.stop();
      stream = undefined;
      state.set('connecting');
    },
    onEvent: listener => subscribe(onEvent, listener),
    onReset: listener => subscribe(onReset, listener),
    onQuiet: listener => subscribe(onQuiet, listener),
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Heartbeats are comments, which a parser drops: their bytes are seen on the way to it. */
function watchBytes(onBytes: () => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.ok || response.body === null) return response;
    onBytes();
    const seen = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          onBytes();
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(seen, { status: response.status, headers: response.headers });
  };
}
