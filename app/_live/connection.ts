import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';
import type { Beginning, LinkHandlers } from './live-link';
import { openLink, type OpenedLink } from './open-link';
import { createStore, type Store } from './store';

export type { StreamEvent } from '@/lib/sdk/stream-event';

export interface Connection {
  readonly state: Store<LiveState>;
  /** When the last byte came, heartbeats included; null before the first. */
  lastSignalAt(): number | null;
  /** Resolves when what is read from then on cannot be older than what the stream brings. Never rejects. */
  ready(): Promise<void>;
  /** Begins after `cursor`, which a read of `who` came with; does nothing when already begun for the same. */
  start(cursor: string | null, who: string): void;
  /** Try now rather than after the pause. */
  retry(): void;
  /** The session ended here: whoever shares the connection shall know at once. */
  renew(): void;
  stop(): void;
  onEvent(listener: (event: StreamEvent) => void): () => void;
  /** History is lost: what is shown must be fetched again. */
  onReset(listener: () => void): () => void;
  /** A checkpoint: a minute without an event. Numbers over a window of time move also then. */
  onQuiet(listener: () => void): () => void;
  /** Somebody else is signed in now: nothing that is shown is theirs. */
  onOtherUser(listener: () => void): () => void;
}

/** What every hook of every page hangs on; the stream itself is shared by the tabs of a browser where that can be. */
export function createConnection(): Connection {
  const state = createStore<LiveState>('connecting');
  const onEvent = new Set<(event: StreamEvent) => void>();
  const onReset = new Set<() => void>();
  const onQuiet = new Set<() => void>();
  const onOtherUser = new Set<() => void>();
  let signalAt: number | null = null;
  let began: Beginning | null = null;
  let opened: OpenedLink | undefined;
  const handlers: Omit<LinkHandlers, 'onReady'> = {
    onEvent: event => {
      if (began !== null) began.cursor = event.position;
      onEvent.forEach(listener => listener(event));
    },
    onReset: tell(onReset),
    onQuiet: tell(onQuiet),
    onOtherUser: tell(onOtherUser),
    onState: next => state.set(next),
    onSignal: atMs => {
      signalAt = atMs;
    },
  };
  const open = () => (opened ??= openLink(handlers, () => began));

  return {
    state,
    lastSignalAt: () => signalAt,
    ready: () => open().ready,
    start: (cursor, who) => {
      if (began !== null && began.who !== who) return handlers.onOtherUser();
      if (began !== null) return;
      began = { cursor, who };
      open().link().start(began);
    },
    retry: () => opened?.link().wake(),
    renew: () => opened?.link().renew(),
    stop: () => {
      opened?.stop();
      opened = undefined;
      began = null;
      state.set('connecting');
    },
    onEvent: listener => subscribe(onEvent, listener),
    onReset: listener => subscribe(onReset, listener),
    onQuiet: listener => subscribe(onQuiet, listener),
    onOtherUser: listener => subscribe(onOtherUser, listener),
  };
}

const tell = (listeners: Set<() => void>) => () => listeners.forEach(listener => listener());

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
