import { randomBytes } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { inject } from 'vitest';

export interface TestDatabase {
  uri: string;
  name: string;
  client: MongoClient;
  db: Db;
}

const opened: TestDatabase[] = [];

/** A closed change stream leaves the server when its last await ends; longer than that is a leak. */
const LEAK_PATIENCE_MS = 3_000;
const LEAK_POLL_MS = 50;

/** The URI of the run's replica set, for processes a test starts. */
export const testMongodbUri = (): string => inject('mongodbUri');

/** A mongod binary for tests that run servers of their own. */
export const testMongodPath = (): string => {
  const path = inject('mongodPath');
  if (path === '') throw new Error('This test needs a mongod binary: set SWITCHBOARD_MONGOD');
  return path;
};

/** A fresh database on the run's replica set. It is dropped, and its client closed, when the file is done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const uri = testMongodbUri();
  const client = await new MongoClient(uri, { writeConcern: { w: 'majority' } }).connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  const database = { uri, name, client, db: client.db(name) };
  opened.push(database);
  return database;
}

/** Drops what this file opened; fails it when something it started still reads from one of its databases. */
export async function dropTestDatabases(): Promise<void> {
  const leaks: string[] = [];
  for (const database of opened.splice(0)) {
    const client = new MongoClient(database.uri);
    try {
      leaks.push(...(await leakedCursors(client, database.name)));
      await client.db(database.name).dropDatabase();
    } finally {
      await Promise.all([client.close(), database.client.close()]);
    }
  }
  if (leaks.length > 0) throw new Error(`Left running after the tests:\n${leaks.join('\n')}`);
}

async function leakedCursors(client: MongoClient, name: string): Promise<string[]> {
  const deadline = Date.now() + LEAK_PATIENCE_MS;
  for (;;) {
    const open = await openCursors(client, name);
    if (open.length === 0 || Date.now() > deadline) return open;
    await new Promise(resolve => setTimeout(resolve, LEAK_POLL_MS));
  }
}

/** Change streams and other tailing cursors, idle ones too: what outlives a single reply. */
async function openCursors(client: MongoClient, name: string): Promise<string[]> {
  const operations = await client
    .db('admin')
    .aggregate([
      { $currentOp: { idleCursors: true, allUsers: true } },
      { $match: { ns: { $regex: `^${name}\\.` }, cursor: { $exists: true } } },
    ])
    .toArray();
  return operations.map(operation => `cursor on ${operation['ns']}: ${JSON.stringify(operation['cursor'])}`);
}
