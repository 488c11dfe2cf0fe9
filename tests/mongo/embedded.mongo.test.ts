import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type EmbeddedMongod, startEmbedded } from '@/lib/server/mongod/start-embedded';
import { isProcessAlive } from '@/lib/server/process-identity.mjs';
import { createLogger } from '@/lib/telemetry/logger';
import { testMongodPath } from '../support/mongo';
import { spawnMongodParent } from '../support/mongod-parent';

const log = createLogger({ name: 'test', level: 'silent' });
const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function dataFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'switchboard embedded-'));
  cleanUps.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir: string, limits = {}): Promise<EmbeddedMongod> {
  const mongod = await startEmbedded({ binaryPath: testMongodPath(), dataDir, log, ...limits });
  cleanUps.push(() => mongod.stop());
  return mongod;
}

async function withClient<T>(uri: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const insert = (uri: string, value: string): Promise<unknown> =>
  withClient(uri, client => client.db('kept').collection('notes').insertOne({ value }));

const kept = (uri: string): Promise<string[]> =>
  withClient(uri, async client => {
    const notes = await client.db('kept').collection('notes').find().sort({ _id: 1 }).toArray();
    return notes.map(note => note['value'] as string);
  });

describe('startEmbedded', () => {
  test('the server is a loopback replica set with a day of oplog, no scripting and no zlib', async () => {
    const mongod = await start(dataFolder());
    expect(mongod.uri).toBe(`mongodb://127.0.0.1:${mongod.port}/?directConnection=true`);
    const [hello, options] = await withClient(mongod.uri, async client => [
      await client.db('admin').command({ hello: 1 }),
      (await client.db('admin').command({ getCmdLineOpts: 1 }))['parsed'],
    ]);
    expect(hello).toMatchObject({
      isWritablePrimary: true,
      setName: 'switchboard',
      hosts: [`127.0.0.1:${mongod.port}`],
    });
    expect(options).toMatchObject({
      net: { bindIp: '127.0.0.1', compression: { compressors: 'snappy,zstd' } },
      security: { javascriptEnabled: false },
      storage: { oplogMinRetentionHours: 24 },
    });
  });

  test('data and port survive a stop, and the stop leaves no process', async () => {
    const dataDir = dataFolder();
    const first = await start(dataDir);
    await insert(first.uri, 'before');
    await first.stop();
    expect(isProcessAlive(first.pid)).toBe(false);
    const second = await start(dataDir);
    expect(second).toMatchObject({ port: first.port, adopted: false });
    expect(await kept(second.uri)).toEqual(['before']);
  });

  test('a port taken by another meanwhile moves the set to a free one, with its data', async () => {
    const dataDir = dataFolder();
    const first = await start(dataDir);
    await insert(first.uri, 'moved');
    await first.stop();
    const squatter = await listenOn(first.port);
    cleanUps.push(() => new Promise(resolve => squatter.close(() => resolve())));
    const second = await start(dataDir);
    expect(second.port).not.toBe(first.port);
    expect(await kept(second.uri)).toEqual(['moved']);
  });

  test('killed with -9 it runs again on the same port, with every acknowledged write', async () => {
    const mongod = await start(dataFolder());
    await insert(mongod.uri, 'acknowledged');
    const before = mongod.pid;
    const restarts: number[] = [];
    mongod.onRestart(() => restarts.push(mongod.pid));
    process.kill(before, 'SIGKILL');
    // Only then: while it recovers, a read is answered with 'node is recovering', which the driver tries twice.
    await vi.waitFor(() => expect(restarts).toEqual([mongod.pid]), 20_000);
    expect(mongod.pid).not.toBe(before);
    expect(await kept(mongod.uri)).toEqual(['acknowledged']);
  });

  test('an orphan of a killed parent is adopted, not started twice', async () => {
    const dataDir = dataFolder();
    const parent = await spawnMongodParent(testMongodPath(), dataDir);
    await insert(parent.uri, 'orphaned');
    await parent.kill('SIGKILL');
    const adopted = await start(dataDir);
    expect(adopted).toMatchObject({ adopted: true, pid: parent.mongodPid, uri: parent.uri });
    expect(await kept(adopted.uri)).toEqual(['orphaned']);
    await adopted.stop();
    expect(isProcessAlive(parent.mongodPid)).toBe(false);
  });

  test('an orphan is found by its own lock file when the record of it was never written', async () => {
    const dataDir = dataFolder();
    const parent = await spawnMongodParent(testMongodPath(), dataDir);
    await parent.kill('SIGKILL');
    rmSync(join(dataDir, 'mongod.json'));
    expect(await start(dataDir)).toMatchObject({ adopted: true, pid: parent.mongodPid });
  });

  test('an orphan that hangs is ended and its data served by a new one', async () => {
    const dataDir = dataFolder();
    const parent = await spawnMongodParent(testMongodPath(), dataDir);
    await insert(parent.uri, 'hung');
    await parent.kill('SIGKILL');
    process.kill(parent.mongodPid, 'SIGSTOP');
    const fresh = await start(dataDir, { adoptPatienceMs: 1_000 });
    expect(fresh.adopted).toBe(false);
    expect(await kept(fresh.uri)).toEqual(['hung']);
  });

  test('Ctrl-C to the group of the parent does not reach it', async () => {
    const dataDir = dataFolder();
    const parent = await spawnMongodParent(testMongodPath(), dataDir);
    await parent.killGroup('SIGINT');
    expect(isProcessAlive(parent.mongodPid)).toBe(true);
    expect(await start(dataDir)).toMatchObject({ adopted: true });
  });

  test('a parent that exits without stopping it, as on a crash, takes it along', async () => {
    const parent = await spawnMongodParent(testMongodPath(), dataFolder());
    await parent.kill('SIGUSR2');
    await vi.waitFor(() => expect(isProcessAlive(parent.mongodPid)).toBe(false), 10_000);
  });

  test('its log is set aside when it is long, and goes on in a new file', async () => {
    const dataDir = dataFolder();
    const mongod = await start(dataDir, { logCheckMs: 100, logLimitBytes: 1_000 });
    const old = join(dataDir, 'mongod.log.1');
    await vi.waitFor(() => expect(statSync(old).size).toBeGreaterThan(1_000), 10_000);
    await vi.waitFor(() => expect(existsSync(join(dataDir, 'mongod.log'))).toBe(true), 10_000);
    await insert(mongod.uri, 'still here');
  });

  test('a binary that cannot start says why, and where its log is', async () => {
    const dataDir = dataFolder();
    const failing = startEmbedded({ binaryPath: '/bin/false', dataDir, log });
    await expect(failing).rejects.toThrow(/did not start: .*code 1.*mongod\.log/);
    expect(readFileSync(join(dataDir, 'mongod.log'), 'utf8')).toBe('');
  });
});

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Whoever took it answers something that is not MongoDB.
    const server = createServer(socket => socket.destroy()).once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
