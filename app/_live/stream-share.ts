import type { LiveSource, OpenSource } from './live-source';
import {
  MAX_TABS,
  MAX_UNANSWERED_PINGS,
  MIN_WAKE_GAP_MS,
  PING_EVERY_MS,
  SIGNAL_EVERY_MS,
  type Line,
  type TabMessage,
  type WorkerMessage,
} from './share-protocol';
import { TabOutbox } from './tab-outbox';

interface Tab {
  line: Line<WorkerMessage>;
  outbox: TabOutbox;
  /** Whose reads it shows; null until it said so. Nothing is told to it before. */
  who: string | null;
  unansweredPings: number;
}

export interface AttachedTab {
  receive(message: TabMessage): void;
}

/**
 * The one connection of a browser, and the tabs that hear it. It begins with the first tab that knows who is signed in
 * and ends with the last tab; a tab hears only what came over a connection of the person it shows.
 */
export class StreamShare {
  readonly #tabs = new Set<Tab>();
  #source: LiveSource | null = null;
  /** Of this connection; a former one's last words must not reach anybody. */
  #who: string | null = null;
  #signalAtMs: number | null = null;
  #signalToldMs = 0;
  #wokenAtMs = 0;
  #flushes = false;
  #pings: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly openSource: OpenSource,
    private readonly lock: string | null,
  ) {}

  attach(line: Line<WorkerMessage>): AttachedTab {
    const tab: Tab = { line, outbox: new TabOutbox(line), who: null, unansweredPings: 0 };
    if (this.#tabs.size >= MAX_TABS) {
      line.send({ kind: 'full' });
    } else {
      this.#tabs.add(tab);
      this.#pings ??= setInterval(() => this.#ping(), PING_EVERY_MS);
      line.send({ kind: 'welcome', lock: this.lock });
    }
    return {
      receive: message => {
        if (this.#tabs.has(tab)) this.#receive(tab, message);
      },
    };
  }

  #receive(tab: Tab, message: TabMessage): void {
    tab.unansweredPings = 0;
    switch (message.kind) {
      case 'start':
        return this.#start(tab, message.cursor, message.who);
      case 'taken':
        return tab.outbox.taken(message.events);
      case 'wake':
        return this.#wake();
      case 'renew':
        return this.#source?.renew();
      case 'bye':
        return this.#remove(tab);
      case 'here':
    }
  }

  #start(tab: Tab, cursor: string | null, who: string): void {
    if (this.#source === null || this.#who !== who || this.#source.state === 'unauthenticated') {
      this.#begin(tab, cursor, who);
    }
    tab.who = who;
    tab.line.send({ kind: 'state', state: this.#source!.state, signalAtMs: this.#signalAtMs });
    tab.outbox.open();
  }

  /** Somebody signed in: what the tabs that are there still hold of the former connection is void. */
  #begin(first: Tab, cursor: string | null, who: string): void {
    this.#source?.stop();
    for (const tab of this.#tabs) {
      tab.outbox.reset();
      if (tab === first || tab.who === null || tab.who === who) continue;
      tab.line.send({ kind: 'other-user' });
      this.#remove(tab);
    }
    // Its reads are younger than `cursor`, where the new connection begins.
    if (first.who === null) first.outbox = new TabOutbox(first.line);
    this.#who = who;
    this.#signalAtMs = null;
    this.#source = this.#open(cursor);
    this.#tell({ kind: 'state', state: this.#source.state, signalAtMs: null });
    this.#flush();
  }

  #open(cursor: string | null): LiveSource {
    return this.openSource(cursor, {
      onEvent: event => {
        for (const tab of this.#tabs) tab.outbox.add(event);
        this.#flushSoon();
      },
      onReset: () => {
        for (const tab of this.#tabs) tab.outbox.reset();
        this.#flushSoon();
      },
      onQuiet: () => this.#tell({ kind: 'quiet' }),
      onState: state => this.#tell({ kind: 'state', state, signalAtMs: this.#signalAtMs }),
      onSignal: atMs => {
        this.#signalAtMs = atMs;
        if (atMs - this.#signalToldMs < SIGNAL_EVERY_MS) return;
        this.#signalToldMs = atMs;
        this.#tell({ kind: 'signal', atMs });
      },
    });
  }

  /** One message for what one read of the line brought. */
  #flushSoon(): void {
    if (this.#flushes) return;
    this.#flushes = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushes = false;
    for (const tab of this.#tabs) tab.outbox.flush();
  }

  #tell(message: WorkerMessage): void {
    for (const tab of this.#tabs) if (tab.who === this.#who) tab.line.send(message);
  }

  #wake(): void {
    const now = Date.now();
    if (now - this.#wokenAtMs < MIN_WAKE_GAP_MS) return;
    this.#wokenAtMs = now;
    this.#source?.wake();
  }

  #ping(): void {
    for (const tab of this.#tabs) {
      if (tab.unansweredPings >= MAX_UNANSWERED_PINGS) {
        tab.line.send({ kind: 'dropped' });
        this.#remove(tab);
        continue;
      }
      tab.unansweredPings += 1;
      tab.line.send({ kind: 'ping' });
    }
  }

  /** The line stays open: what was sent last must arrive, and an end that nobody holds is collected. */
  #remove(tab: Tab): void {
    if (!this.#tabs.delete(tab) || this.#tabs.size > 0) return;
    clearInterval(this.#pings);
    this.#pings = undefined;
    this.#source?.stop();
    this.#source = null;
    this.#who = null;
  }
}
