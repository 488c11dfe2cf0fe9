import type { Db } from 'mongodb';
import type { Violations } from './invariants';
import { sleep } from './wait';

/** Every list and figure that a page asks for. */
const READS = [
  'threads tasks runs reports inbox dispatches agent-types projects sessions tool-calls activity consumers',
  'stats system-health settings metrics auth/me events/recent costs?by=agentType',
]
  .join(' ')
  .split(' ')
  .map(path => `/api/${path}`);
const PAUSE_MS = 250;
const CALL_MS = 15_000;
/** A word is repeated this often; the longest outage of a scenario is a small part of it. */
const MOST_TRIES = 400;
const SHOWN = 5;
const FINE = new Set([200, 201, 503]);

export interface VisitorOptions {
  url: string;
  token: string;
  db: () => Db;
}

/**
 * Somebody at the pages: reads one list after the other, and says something between two, each word under a key of its
 * own and again until it is answered. An outage is told as one (503), and no word is lost or said twice.
 */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #odd: string[] = [];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #name = `visit-${process.hrtime.bigint()}`;
  /** Ids of what was answered, by what was said. */
  readonly #said = new Map<string, string>();

  constructor(options: VisitorOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Ends with the word it is at. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async judge(): Promise<Violations> {
    const collection = this.#options.db().collection('messages');
    const bodies = [...this.#said.keys()];
    const rows = await collection.find({ body: { $in: bodies } }, { projection: { body: 1 } }).toArray();
    const wrong = bodies.filter(body => {
      const kept = rows.filter(row => row['body'] === body).map(({ _id }) => String(_id));
      return kept.length !== 1 || kept[0] !== this.#said.get(body);
    });
    return [
      ...(bodies.length === 0 ? ['nothing that was said over HTTP was answered'] : []),
      ...(wrong.length > 0 ? [`${wrong.length} words answered over HTTP are not kept once: ${shown(wrong)}`] : []),
      ...(this.#odd.length > 0 ? [`${this.#odd.length} odd answers to a visitor: ${shown(this.#odd)}`] : []),
    ];
  }

  async #run(): Promise<void> {
    for (let at = 0; !this.#stopping.signal.aborted; at += 1) {
      await this.#call('GET', READS[at % READS.length]!);
      await sleep(PAUSE_MS);
      await this.#say(`${this.#name}-${at}`);
    }
  }

  async #say(body: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const answer = await this.#call('POST', '/api/messages', { body, assignedTo: null });
      if (answer) return void this.#said.set(body, answer['id'] as string);
      await sleep(PAUSE_MS);
    }
    this.#odd.push(`'${body}' was never answered`);
  }

  /** Null: not served, or nobody there to answer. */
  async #call(method: string, path: string, body?: { body: string; assignedTo: null }): Promise<Answer | null> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#options.token}` };
    if (body) Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': body.body });
    try {
      const response = await fetch(`${this.#options.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(CALL_MS),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (!FINE.has(response.status)) this.#odd.push(`${method} ${path} ${response.status} ${text.slice(0, 200)}`);
      return response.ok && body ? (JSON.parse(text) as Answer) : null;
    } catch {
      // Killed, frozen or starting: there is no answer to judge.
      return null;
    }
  }
}

type Answer = Record<string, unknown>;

const shown = (what: readonly string[]): string => what.slice(0, SHOWN).join(' | ');
