import {
  missedBy,
  orderInThreads,
  outcomesOnce,
  readerHeld,
  unfinished,
  workDoneOnce,
  type Violations,
} from './invariants';
import { Claimer, type ClaimerOptions } from './claimer';
import type { Board, Listener } from './board';
import type { Ledger } from './ledger';
import { Producer, type ProducerOptions } from './producer';
import { Reader } from './reader';
import type { Seeded } from './seeded';
import { sleep, until } from './wait';

export interface LineOptions {
  uri: string;
  database: string;
  board: Board;
  ledger: Ledger;
  random: Seeded;
  producer?: Partial<ProducerOptions>;
  claimer?: Partial<ClaimerOptions>;
  /** The listeners each reader goes round; a reader for each entry. Default: one on each listener there is. */
  readers?: (readonly Listener[])[];
  claimers?: number;
  /** Of readers and claimers; default: one of an orchestrator, made for them. */
  token?: string;
}

const CLAIMERS = 2;
/** Enough for what was in flight to have made its way once. */
const WARM_MESSAGES = 30;
const WARM_WITHIN_MS = 30_000;
/** Without a single step forward for this long nothing more will come of it; a slow machine is no fault. */
const STANDSTILL_MS = 30_000;
const DRAIN_WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 200;
const ONLY_NEW = '?types=message-created';

/** The whole line under a steady load: a driver that inserts, readers, orchestrators; and what must hold of it. */
export class Line {
  producer: Producer;
  readonly readers: Reader[] = [];
  readonly claimers: Claimer[] = [];

  private constructor(private readonly options: LineOptions) {
    this.producer = this.#newProducer();
  }

  /** Resolves when work flows from end to end. */
  static async start(options: LineOptions): Promise<Line> {
    const line = new Line(options);
    const { board, ledger, random, claimers = CLAIMERS } = options;
    const listeners = board.children.filter((child): child is Listener => 'url' in child);
    const readers = options.readers ?? listeners.map(listener => [listener]);
    const token = options.token ?? (await board.token('orchestrator'));
    for (const [at, places] of readers.entries()) {
      const urls = places.map(({ url }) => url);
      // One reads everything there is, the others what they care for.
      const query = at === 0 ? '' : ONLY_NEW;
      line.readers.push(new Reader({ name: `reader-${at + 1}`, urls, token, ledger, query }));
    }
    await Promise.all(line.readers.map(reader => reader.opened()));
    for (let at = 1; at <= claimers; at += 1) {
      const name = `claimer-${at}`;
      line.claimers.push(new Claimer({ name, url: board.web.url, token, ledger, random, ...options.claimer }));
    }
    line.producer.start();
    await until(
      () => line.accepted >= WARM_MESSAGES && line.readers.every(({ seen }) => seen.length >= WARM_MESSAGES),
      WARM_WITHIN_MS,
      () =>
        `work flows: ${line.accepted} outcomes, readers saw ${line.readers.map(({ seen }) => seen.length).join(' ')}`,
    );
    return line;
  }

  /** The next producer writes there. */
  moveTo(uri: string): void {
    this.options.uri = uri;
  }

  #newProducer(): Producer {
    const { uri, database, ledger, random, producer } = this.options;
    return new Producer({ uri, database, ledger, random, ...producer });
  }

  /** Inserts go on, in new threads; resolves with the moment they did. */
  async resume(): Promise<number> {
    await this.producer.close();
    this.producer = this.#newProducer().start();
    return Date.now();
  }

  get accepted(): number {
    return this.options.ledger.of('accepted').length;
  }

  /**
   * How long after `atMs` each reader saw an insert that left after it, in ms: events flow again. Of several readers
   * the last counts.
   */
  async eventsAgain(atMs: number, withinMs: number): Promise<number> {
    const { ledger } = this.options;
    const sentLater = () => new Set(ledger.of('acked').flatMap(({ id, sentAtMs }) => (sentAtMs > atMs ? [id] : [])));
    const firsts = await until(
      () => {
        const ids = sentLater();
        const found = this.readers.map(({ seen }) => seen.find(event => event.atMs > atMs && ids.has(event.id))?.atMs);
        return found.every(first => first !== undefined) && (found as number[]);
      },
      withinMs,
      'events flow again',
    );
    return Math.max(...firsts) - atMs;
  }

  /** The longest time between two events of one reader since then: what somebody who looks on saw as standstill. */
  longestGap(sinceMs: number): number {
    const gaps = this.readers.flatMap(({ seen }) => {
      const times = [sinceMs, ...seen.filter(({ atMs }) => atMs >= sinceMs).map(({ atMs }) => atMs)];
      return times.slice(1).map((atMs, at) => atMs - times[at]!);
    });
    return Math.max(0, ...gaps);
  }

  /** From the call of insert to each reader, of what left since then, in ms. */
  latencies(sinceMs: number): number[] {
    const sentAt = new Map(
      this.options.ledger
        .of('acked')
        .filter(({ sentAtMs }) => sentAtMs >= sinceMs)
        .map(({ id, sentAtMs }) => [id, sentAtMs]),
    );
    return this.readers.flatMap(({ seen }) =>
      seen.flatMap(({ id, atMs, type }) => {
        const sentAtMs = type === 'message-created' ? sentAt.get(id) : undefined;
        return sentAtMs === undefined ? [] : [atMs - sentAtMs];
      }),
    );
  }

  /** No more inserts; resolves when all work is done and read, or nothing moves any more. */
  async drain(): Promise<void> {
    const { ledger } = this.options;
    await this.producer.stop();
    const endMs = Date.now() + DRAIN_WITHIN_MS;
    let least = Number.POSITIVE_INFINITY;
    let movedAtMs = Date.now();
    // What is missing in the end is said by the invariants, in their words.
    while (Date.now() < endMs && Date.now() - movedAtMs < STANDSTILL_MS) {
      const unread = this.readers.reduce((sum, reader) => sum + missedBy(reader, ledger).length, 0);
      const left = unread + (await unfinished(this.producer.db, ledger)).length;
      if (left === 0) return;
      if (left < least) movedAtMs = Date.now();
      least = Math.min(least, left);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async judge(): Promise<Violations> {
    const { ledger } = this.options;
    const { db } = this.producer;
    return [
      ...outcomesOnce(ledger),
      ...(await workDoneOnce(db, ledger)),
      ...(await orderInThreads(db, ledger)),
      ...this.readers.flatMap(reader => readerHeld(reader, ledger)),
    ];
  }

  async stop(): Promise<void> {
    await this.producer.close();
    await Promise.all(this.claimers.map(claimer => claimer.stop()));
    await Promise.all(this.readers.map(reader => reader.stop()));
  }
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
