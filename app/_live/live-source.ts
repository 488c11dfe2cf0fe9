import { openEventStream } from '@/lib/sdk/event-stream';
import type { LiveState } from '@/lib/sdk/live-state';
import type { StreamEvent } from '@/lib/sdk/stream-event';

export interface SourceHandlers {
  onEvent(event: StreamEvent): void;
  /** History is lost: what is shown must be fetched again. */
  onReset(): void;
  /** A checkpoint: a minute without an event. */
  onQuiet(): void;
  onState(state: LiveState): void;
  /** Bytes came, be they only a heartbeat's. */
  onSignal(atMs: number): void;
}

export interface LiveSource {
  readonly state: LiveState;
  /** The browser is online again, or somebody looks: try now, or leave a line that has been silent for too long. */
  wake(): void;
  /** The session is another one now: what the server still sends on the old one must not be shown. */
  renew(): void;
  stop(): void;
}

export type OpenSource = (after: string | null, handlers: SourceHandlers) => LiveSource;

/** Heartbeats come every 15 s: past this at least one is missing. */
const SILENT_MS = 20_000;
const WATCH_EVERY_MS = 5_000;

/** The one connection to `/api/events`, in a tab or in the worker that its tabs share. */
export const openLiveSource: OpenSource = (after, handlers) => {
  let dealtWith: string | null = null;
  let signalAtMs = Date.now();
  const stream = openEventStream({
    baseUrl: '',
    ...(after === null ? {} : { after }),
    fetch: watchBytes(() => {
      signalAtMs = Date.now();
      handlers.onSignal(signalAtMs);
    }),
    onEvent: event => {
      dealtWith = event.position;
      handlers.onEvent(event);
    },
    onReset: reset => {
      dealtWith = reset.cursor;
      handlers.onReset();
    },
    // A position that came with neither is a checkpoint's.
    onPosition: position => {
      if (position !== dealtWith) handlers.onQuiet();
    },
    onState: handlers.onState,
  });
  const wake = (): void => {
    // A try under way has its time to answer, whoever wakes it meanwhile; so has the next one.
    if (stream.state !== 'live') return stream.retry();
    if (Date.now() - signalAtMs < SILENT_MS) return;
    signalAtMs = Date.now();
    stream.renew();
  };
  const stopWatching = watchForSleep(wake);
  return {
    get state() {
      return stream.state;
    },
    wake,
    renew: () => stream.renew(),
    stop: () => {
      stopWatching();
      void stream.stop();
    },
  };
};

/**
 * A machine that slept wakes with lines that are dead and do not know it, and with timers that stood still meanwhile:
 * the wall clock tells.
 */
function watchForSleep(onWake: () => void): () => void {
  let lastMs = Date.now();
  const timer = setInterval(() => {
    const sleptMs = Date.now() - lastMs;
    lastMs = Date.now();
    if (sleptMs > SILENT_MS) onWake();
  }, WATCH_EVERY_MS);
  return () => clearInterval(timer);
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
