import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import { preciseMs, until } from './wait';

export interface CrowdOptions {
  size: number;
  /** Reader `n` begins at the n-th of them, and goes on to the next after each loss. */
  urls: readonly string[];
  token: string;
  query?: string;
}

const OPEN_WITHIN_MS = 60_000;
const RETRY_MS = 100;
const CONNECT_MS = 10_000;
const agent = new Agent({ keepAlive: false });

interface Told {
  id: string;
  atMs: number;
}

/** One of many: keeps what it was told in memory, and resumes after the last id. */
class Head {
  readonly told: Told[] = [];
  readonly resets: string[] = [];
  readonly retriesMs: number[] = [];
  isLive = false;
  /** When it was first told something on its present connection; null until then. */
  firstAtMs: number | null = null;
  ends = 0;
  isPaused = false;
  #position: string | null = null;
  #call: ClientRequest | null = null;
  #isStopped = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly options: CrowdOptions,
    private readonly place: number,
  ) {
    this.#running = this.#run();
  }

  drop(): void {
    this.#call?.destroy();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#call?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { urls } = this.options;
    for (let at = this.place; !this.#isStopped; at += 1) {
      if (!this.isPaused) await this.#connect(urls[at % urls.length]!);
      this.isLive = false;
      this.firstAtMs = null;
      if (!this.#isStopped) await new Promise(resolve => setTimeout(resolve, RETRY_MS));
    }
  }

  #connect(url: string): Promise<void> {
    const { token, query = '' } = this.options;
    const after = this.#position === null ? {} : { 'last-event-id': this.#position };
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...after };
    return new Promise(resolve => {
      const call = request(`${url}/api/events${query}`, { agent, headers, timeout: CONNECT_MS }, response => {
        if (response.statusCode === 200) return this.#read(response);
        response.resume();
        call.destroy();
      });
      this.#call = call;
      call.on('timeout', () => void (this.isLive ? null : call.destroy()));
      call.on('error', () => undefined);
      call.on('close', () => resolve());
      call.end();
    });
  }

  #read(response: IncomingMessage): void {
    this.isLive = true;
    const parser = createParser({
      onEvent: ({ event, id, data }) => this.#hear(event ?? 'message', id, data),
      onRetry: retryMs => void this.retriesMs.push(retryMs),
    });
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => parser.feed(chunk));
    response.on('end', () => void (this.ends += 1));
    response.on('error', () => undefined);
  }

  #hear(type: string, position: string | undefined, data: string): void {
    if (position !== undefined) this.#position = position;
    if (type === 'reset') this.resets.push(data);
    if (type !== 'message-created') return;
    const atMs = preciseMs();
    this.firstAtMs ??= atMs;
    this.told.push({ id: (JSON.parse(data) as { id: string }).id, atMs });
  }
}

/** Many readers in this process, light enough that a thousand of them do not become what is measured. */
export class Crowd {
  readonly heads: Head[];

  constructor(options: CrowdOptions) {
    this.heads = Array.from({ length: options.size }, (_, place) => new Head(options, place));
  }

  async opened(): Promise<this> {
    await until(
      () => this.live === this.heads.length,
      OPEN_WITHIN_MS,
      () => `${this.live} of ${this.heads.length} read`,
    );
    return this;
  }

  get live(): number {
    return this.heads.filter(({ isLive }) => isLive).length;
  }

  /** Each was told at least so much: worth a look at what it was. */
  heard(count: number): boolean {
    return this.heads.every(({ told }) => told.length >= count);
  }

  /** How many ids any of them was not told, was told twice, or in another order than they were sent. */
  gaps(sent: readonly string[]): { missed: number; twice: number; reordered: number; resets: number } {
    const place = new Map(sent.map((id, at) => [id, at]));
    const found = { missed: 0, twice: 0, reordered: 0, resets: 0 };
    for (const { told, resets } of this.heads) {
      const places = told.flatMap(({ id }) => place.get(id) ?? []);
      const distinct = new Set(places).size;
      found.missed += sent.length - distinct;
      found.twice += places.length - distinct;
      found.reordered += places.filter((at, index) => index > 0 && at < places[index - 1]!).length;
      found.resets += resets.length;
    }
    return found;
  }

  async stop(): Promise<void> {
    await Promise.all(this.heads.map(head => head.stop()));
  }
}
