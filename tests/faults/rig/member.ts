import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { Child } from './child';

export interface MemberOptions {
  mongodPath: string;
  folder: string;
  index: number;
  port: number;
  setName: string;
  oplogMegabytes: number;
}

/** A member that answers at all answers at once; a frozen one must not hold up whoever looks. */
const ASK_MS = 1_000;
const STOP_MS = 5_000;
const PARAMETERS = ['diagnosticDataCollectionEnabled=false', 'shutdownTimeoutMillisForSignaledShutdown=100'];

export interface Hello {
  isWritablePrimary: boolean;
  secondary?: boolean;
  electionId?: { toHexString(): string };
}

/** One mongod of the set, asked over a connection of its own. */
export class Member extends Child {
  readonly host: string;
  readonly dbPath: string;
  #client: MongoClient | null = null;

  constructor({ mongodPath, folder, index, port, setName, oplogMegabytes }: MemberOptions) {
    const dbPath = join(folder, `member-${index}`);
    mkdirSync(dbPath, { recursive: true });
    const options: Record<string, string | number> = {
      '--replSet': setName,
      '--dbpath': dbPath,
      '--port': port,
      '--bind_ip': '127.0.0.1',
      '--oplogSize': oplogMegabytes,
      '--wiredTigerCacheSizeGB': 0.25,
      // No zlib: binaries before the fix of CVE-2025-14847 disclose memory through it.
      '--networkMessageCompressors': 'snappy,zstd',
    };
    const args = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
    args.push('--noscripting', '--nounixsocket', '--quiet');
    for (const parameter of PARAMETERS) args.push('--setParameter', parameter);
    super({ name: `mongod-${index}`, command: mongodPath, args, logPath: join(folder, `mongod-${index}.log`) });
    this.host = `127.0.0.1:${port}`;
    this.dbPath = dbPath;
  }

  async command(command: Document): Promise<Document> {
    this.#client ??= new MongoClient(`mongodb://${this.host}/?directConnection=true`, {
      serverSelectionTimeoutMS: ASK_MS,
      connectTimeoutMS: ASK_MS,
      heartbeatFrequencyMS: ASK_MS,
      maxPoolSize: 4,
    });
    // A client whose first connect failed stays closed; this tries again, and does nothing while it is connected.
    await this.#client.connect();
    return this.#client.db('admin').command(command);
  }

  /** Null when it does not answer: dead, frozen, or starting. */
  async hello(): Promise<Hello | null> {
    if (!this.isRunning || this.isFrozen) return null;
    const late = new Promise<null>(resolve => setTimeout(() => resolve(null), ASK_MS).unref());
    return Promise.race([this.command({ hello: 1 }).then(reply => reply as unknown as Hello), late]).catch(() => null);
  }

  /** It copies all of it from the others: what an operator does with a member whose own data brings it nowhere. */
  startEmpty(): void {
    rmSync(this.dbPath, { recursive: true });
    mkdirSync(this.dbPath);
    this.start();
  }

  async end(): Promise<void> {
    await this.#client?.close().catch(() => undefined);
    this.#client = null;
    if (this.isFrozen) this.thaw();
    await this.stop(STOP_MS);
  }
}
