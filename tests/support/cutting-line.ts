import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { type Db, MongoClient } from 'mongodb';
import { testMongodbUri } from './mongo';

/** A database as seen over a line that breaks when a test says so: what was sent is done, and nobody hears of it. */
export interface CuttingLine {
  db: Db;
  client: MongoClient;
  /** The next so many updates of that collection are done by the server, and their answers lost. */
  cutAfterUpdate(collection: string, times?: number): void;
  /** Updates of that collection sent so far, cut off or not. */
  sent(collection: string): number;
  close(): Promise<void>;
}

/** How a command that updates it begins on the wire: its name, a string, of that length. */
function updateOf(collection: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32LE(Buffer.byteLength(collection) + 1);
  return Buffer.concat([Buffer.from('\u0002update\0'), length, Buffer.from(`${collection}\0`)]);
}

export async function openCuttingLine(database: string): Promise<CuttingLine> {
  const { hostname, port } = new URL(testMongodbUri());
  const sent: string[] = [];
  const watched = new Map<string, Buffer>();
  const left = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(Number(port), hostname);
    let isCut = false;
    near.on('data', chunk => {
      for (const [collection, begin] of watched) {
        if (!chunk.includes(begin)) continue;
        sent.push(collection);
        const times = left.get(collection) ?? 0;
        left.set(collection, times - 1);
        isCut ||= times > 0;
      }
      far.write(chunk);
    });
    far.on('data', chunk => (isCut ? near.destroy() : near.write(chunk)));
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => void [near.destroy(), far.destroy()]);
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const at = `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`;
  const options = {
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
    ignoreUndefined: true,
    monitorCommands: true,
  } as const;
  const client = await new MongoClient(at, options).connect();
  return {
    client,
    db: client.db(database),
    cutAfterUpdate: (collection, times = 1) => {
      watched.set(collection, updateOf(collection));
      left.set(collection, times);
    },
    sent: collection => sent.filter(name => name === collection).length,
    close: async () => {
      await client.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}
