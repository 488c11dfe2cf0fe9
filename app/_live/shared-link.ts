import type { Beginning, LinkHandlers, LiveLink } from './live-link';
import { ATTACH_WITHIN_MS, WORKER_SILENT_MS, type TabMessage, type WorkerMessage } from './share-protocol';

const WATCH_EVERY_MS = 5_000;
const NAME = 'switchboard-events';

export interface SharedLinkHandlers extends LinkHandlers {
  /** There is no worker to be had: the tab needs a connection of its own. Comes once, and nothing after it. */
  onFailed(): void;
}

/** Throws where the browser has no such worker, or refuses one. */
export function openSharedLink(handlers: SharedLinkHandlers): LiveLink {
  return new SharedLink(handlers);
}

class SharedLink implements LiveLink {
  readonly #handlers: SharedLinkHandlers;
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #listening = new AbortController();
  #port: MessagePort;
  #attaching: ReturnType<typeof setTimeout> | undefined;
  #heardAtMs = 0;
  #from: Beginning | null = null;
  #watchedLock: string | null = null;
  /** What it heard before the last attachment may end anywhere. */
  #owesReset = false;

  constructor(handlers: SharedLinkHandlers) {
    this.#handlers = handlers;
    this.#port = this.#attach();
    const { signal } = this.#listening;
    this.#watch = setInterval(() => this.#reviveIfSilent(), WATCH_EVERY_MS);
    document.addEventListener('visibilitychange', () => this.#reviveIfSilent(), { signal });
    // Kept whole for the back button, or gone: from here either looks the same.
    window.addEventListener('pagehide', () => this.#send({ kind: 'bye' }), { signal });
    window.addEventListener('pageshow', event => event.persisted && this.#reattach(), { signal });
  }

  start(from: Beginning): void {
    this.#from = from;
    this.#send({ kind: 'start', ...from });
  }

  wake(): void {
    this.#send({ kind: 'wake' });
  }

  renew(): void {
    this.#send({ kind: 'renew' });
  }

  stop(): void {
    this.#listening.abort();
    clearInterval(this.#watch);
    clearTimeout(this.#attaching);
    this.#send({ kind: 'bye' });
    this.#port.close();
  }

  #attach(): MessagePort {
    const worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), { type: 'module', name: NAME });
    const { port } = worker;
    this.#heardAtMs = Date.now();
    clearTimeout(this.#attaching);
    this.#attaching = setTimeout(() => this.#fail(), ATTACH_WITHIN_MS);
    worker.addEventListener('error', () => this.#port === port && this.#fail());
    port.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
      if (this.#port === port && !this.#listening.signal.aborted) this.#receive(data);
    });
    port.start();
    return port;
  }

  #receive(message: WorkerMessage): void {
    this.#heardAtMs = Date.now();
    switch (message.kind) {
      case 'welcome':
        return this.#welcome(message.lock);
      case 'full':
        return this.#fail();
      case 'dropped':
        return this.#reattach();
      case 'ping':
        return this.#send({ kind: 'here' });
      case 'state':
        if (message.signalAtMs !== null) this.#handlers.onSignal(message.signalAtMs);
        return this.#handlers.onState(message.state);
      case 'signal':
        return this.#handlers.onSignal(message.atMs);
      case 'events':
        return this.#takeAll(message.events);
      case 'reset':
        return this.#handlers.onReset();
      case 'quiet':
        return this.#handlers.onQuiet();
      case 'other-user':
        return this.#handlers.onOtherUser();
    }
  }

  #takeAll(events: Extract<WorkerMessage, { kind: 'events' }>['events']): void {
    for (const event of events) {
      try {
        this.#handlers.onEvent(event);
      } catch (problem) {
        // One page's fault must not stop the events of the whole tab.
        reportError(problem);
      }
    }
    this.#send({ kind: 'taken', events: events.length });
  }

  #welcome(lock: string | null): void {
    clearTimeout(this.#attaching);
    if (this.#from !== null) this.#send({ kind: 'start', ...this.#from });
    // A worker that was there already may be further on than this tab was: what it shows is read afresh.
    if (this.#owesReset) this.#handlers.onReset();
    this.#owesReset = false;
    this.#handlers.onReady();
    this.#watchLock(lock);
  }

  /** Granted when the worker is gone; once for each worker, however often the tab attached to it. */
  #watchLock(lock: string | null): void {
    if (lock === null || lock === this.#watchedLock) return;
    this.#watchedLock = lock;
    navigator.locks
      .request(lock, { signal: this.#listening.signal, mode: 'shared' }, () => this.#reattach())
      // The link ended first.
      .catch(() => undefined);
  }

  #reviveIfSilent(): void {
    if (Date.now() - this.#heardAtMs > WORKER_SILENT_MS) this.#reattach();
  }

  #reattach(): void {
    if (this.#listening.signal.aborted) return;
    this.#owesReset = true;
    this.#port.close();
    if (this.#from !== null) this.#handlers.onState('reconnecting');
    try {
      this.#port = this.#attach();
    } catch {
      this.#fail();
    }
  }

  #fail(): void {
    if (this.#listening.signal.aborted) return;
    this.stop();
    this.#handlers.onFailed();
  }

  #send(message: TabMessage): void {
    const port = this.#port;
    port.postMessage(message);
  }
}
