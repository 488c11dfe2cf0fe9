import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { Board, type Listener } from './board';
import { endWithUs } from './ending';
import { Ledger } from './ledger';
import { Line, type LineOptions } from './line';
import { MemoryWatch } from './memory';
import { ReplicaSet, type ReplicaSetOptions } from './replica-set';
import { seeded, type Seeded } from './seeded';
import { Visitor } from './visitor';

export interface RigOptions {
  mongodPath: string;
  seed: number;
  set?: Partial<ReplicaSetOptions>;
}

/** Leases end within a scenario; attempts are not what is measured. */
const LEASE_MS = 5_000;
const MAX_ATTEMPTS = 50;
const CONCURRENCY = 200;
const DATABASE = 'faults';

/** A replica set, a board on it and a ledger beside it, on a folder of their own that goes with them. */
export class Rig {
  readonly database = DATABASE;
  readonly random: Seeded;
  readonly lines: Line[] = [];
  readonly visitors: Visitor[] = [];
  readonly memory: MemoryWatch[] = [];
  readonly #others: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly folder: string,
    readonly seed: number,
    readonly mongodPath: string,
    readonly set: ReplicaSet,
    readonly board: Board,
    readonly client: MongoClient,
    readonly ledger: Ledger,
  ) {
    this.random = seeded(seed);
  }

  static async start({ mongodPath, seed, set: options }: RigOptions): Promise<Rig> {
    endWithUs();
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-faults-'));
    const ledger = new Ledger(join(folder, 'ledger.jsonl'));
    let set: ReplicaSet | undefined;
    try {
      set = await ReplicaSet.start({
        mongodPath,
        folder,
        note: what => ledger.add({ kind: 'note', what }),
        ...options,
      });
      const board = new Board({ mongodbUri: set.uri, database: DATABASE, folder });
      const client = new MongoClient(set.uri, { writeConcern: { w: 'majority' }, readConcern: { level: 'majority' } });
      return new Rig(folder, seed, mongodPath, set, board, client, ledger);
    } catch (error) {
      await set?.stop();
      ledger.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get db() {
    return this.client.db(this.database);
  }

  /** One web process and `events` events processes. */
  async startBoard({ events = 1 } = {}): Promise<void> {
    await this.board.startWeb();
    this.memory.push(new MemoryWatch(this.board.web));
    for (let at = 0; at < events; at += 1) await this.board.startEvents();
    await this.prepareType();
  }

  /** All listeners again, each under its own address. */
  async restartBoard(): Promise<void> {
    for (const child of this.board.children) if (!child.isRunning) child.start(this.board.env);
    for (const child of this.board.children) if ('url' in child) await this.board.waitUntilReady(child as Listener);
  }

  folderFor(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async prepareType(slug = 'research'): Promise<void> {
    const thresholds = { leaseMs: LEASE_MS, maxAttempts: MAX_ATTEMPTS };
    await this.board.setType(slug, { concurrency: CONCURRENCY, thresholds });
  }

  async startLine(options: Partial<LineOptions> = {}): Promise<Line> {
    const { set, database, board, ledger, random } = this;
    const line = await Line.start({ uri: set.uri, database, board, ledger, random, ...options });
    this.lines.push(line);
    return line;
  }

  /** Somebody at the pages of the first web process, until the end. */
  async startVisitor(): Promise<void> {
    const token = await this.board.token('operator');
    this.visitors.push(new Visitor({ url: this.board.web.url, token, db: () => this.db }));
  }

  fault(what: string): void {
    this.ledger.add({ kind: 'fault', what });
  }

  /** Ended with the rig, last first. */
  add(stop: () => Promise<unknown>): void {
    this.#others.push(stop);
  }

  /** Frozen members run again first: what is judged afterwards is a healed system. */
  async heal(): Promise<void> {
    for (const member of this.set.members) {
      if (member.isFrozen) member.thaw();
      if (!member.isRunning) member.start();
    }
    await this.set.waitUntilWhole();
  }

  /** Every part is ended, whatever the ones before said; resolves with the exit codes of the board's processes. */
  async stop(): Promise<Record<string, number | null>> {
    for (const watch of this.memory) watch.stop();
    for (const stop of this.#others.toReversed()) await stop().catch(() => undefined);
    for (const visitor of this.visitors) await visitor.stop().catch(() => undefined);
    for (const line of this.lines) await line.stop().catch(() => undefined);
    const codes = await this.board.stop();
    await this.client.close().catch(() => undefined);
    await this.set.stop();
    this.ledger.close();
    return codes;
  }

  removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
