import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import type { Ledger } from './ledger';
import { until } from './wait';

export interface ReaderOptions {
  name: string;
  /** Where to read: after each loss the next one is tried, as behind a proxy. */
  urls: readonly string[];
  token: string;
  ledger: Ledger;
  /** The query of /api/events. */
  query?: string;
  after?: string;
}

interface SeenEvent {
  type: string;
  id: string;
  position: string;
  atMs: number;
}

/** Two heartbeats missed: a server that froze says nothing, and its socket stays open. */
const SILENCE_MS = 35_000;
const CONNECT_MS = 5_000;
const RETRY_MS = 200;
const OPENED_WITHIN_MS = 30_000;
const agent = new Agent({ keepAlive: false });

/** A client of the stream in few lines of its own: reads, and resumes after the last id it saw. */
export class Reader {
  readonly name: string;
  readonly seen: SeenEvent[] = [];
  readonly resets: { reason: string; atMs: number }[] = [];
  connections = 0;
  #position: string | null;
  #call: ClientRequest | null = null;
  #isStopped = false;
  #isLive = false;
  readonly #running: Promise<void>;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.name = options.name;
    this.#position = options.after ?? null;
    this.#running = this.#run();
  }

  get position(): string | null {
    return this.#position;
  }
  get isLive(): boolean {
    return this.#isLive;
  }

  /** The stream has begun to answer. */
  async opened(): Promise<this> {
    await until(() => this.#isLive, OPENED_WITHIN_MS, `${this.name} reads`);
    return this;
  }

  /** Drops the connection as a network does; it comes back after its last position. */
  drop(): void {
    this.#call?.destroy();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#call?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let at = 0; !this.#isStopped; at += 1) {
      const url = this.#options.urls[at % this.#options.urls.length]!;
      await this.#connect(url);
      this.#isLive = false;
      if (!this.#isStopped) await new Promise(resolve => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Resolves when the connection is over, however it ended. */
  #connect(url: string): Promise<void> {
    const { token, query = '' } = this.#options;
    const after = this.#position;
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(after === null ? {} : { 'last-event-id': after }),
    };
    return new Promise(resolve => {
      const call = request(`${url}/api/events${query}`, { agent, headers, timeout: CONNECT_MS }, response => {
        if (response.statusCode !== 200) {
          response.resume();
          return void call.destroy();
        }
        this.#opened(response, url, after);
      });
      this.#call = call;
      call.on('timeout', () => call.destroy());
      call.on('error', () => undefined);
      call.on('close', () => resolve());
      call.end();
    });
  }

  #opened(response: IncomingMessage, url: string, after: string | null): void {
    this.connections += 1;
    this.#isLive = true;
    this.#options.ledger.add({ kind: 'connected', reader: this.name, url, after });
    const parser = createParser({
      onEvent: ({ event = 'message', id, data }) => this.#receive(event, id, data),
    });
    response.socket.setTimeout(SILENCE_MS);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => parser.feed(chunk));
    response.on('error', () => undefined);
  }

  #receive(type: string, position: string | undefined, data: string): void {
    if (position === undefined) return;
    this.#position = position;
    if (type === 'checkpoint') return;
    const { ledger } = this.#options;
    const body = JSON.parse(data) as { id?: string; reason?: string };
    if (type === 'reset') {
      const reason = body.reason ?? 'no reason';
      const { atMs } = ledger.add({ kind: 'reset', reader: this.name, reason, position });
      this.resets.push({ reason, atMs });
      return;
    }
    this.seen.push({ type, id: body.id ?? '', position, atMs: Date.now() });
    // Of all that is read the ledger keeps what it judges by.
    if (type === 'message-created') ledger.add({ kind: 'seen', reader: this.name, type, id: body.id ?? '', position });
  }
}
