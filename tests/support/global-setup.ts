import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MongoClient } from 'mongodb';
import type { TestProject } from 'vitest/node';
import { findMongod } from '@/lib/server/mongod/find-mongod';
import { startEmbedded } from '@/lib/server/mongod/start-embedded';
import { createLogger } from '@/lib/telemetry/logger';

declare module 'vitest' {
  interface ProvidedContext {
    /** A replica set that lives for the whole run. */
    mongodbUri: string;
    /** A mongod binary, for tests that run servers of their own. Empty with a MONGODB_URI and no binary around. */
    mongodPath: string;
  }
}

const SERVER = Symbol.for('switchboard.tests.mongod');

interface TestServer {
  uri: string;
  binaryPath: string;
  stop: () => Promise<void>;
}

/**
 * Both projects that need the server share one; it goes when the last of them is done. On the global object, for each
 * project loads this module for itself.
 */
const shared = globalThis as typeof globalThis & {
  [SERVER]?: { server: Promise<TestServer>; users: number } | undefined;
};

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const slot = (shared[SERVER] ??= { server: startServer(), users: 0 });
  slot.users += 1;
  const { uri, binaryPath, stop } = await slot.server;
  project.provide('mongodbUri', uri);
  project.provide('mongodPath', binaryPath);
  return async () => {
    slot.users -= 1;
    if (slot.users > 0) return;
    shared[SERVER] = undefined;
    await stop();
  };
}

const report = (line: string): void => void process.stderr.write(`tests: ${line}\n`);

async function startServer(): Promise<TestServer> {
  const mongodPath = process.env['SWITCHBOARD_MONGOD'] || undefined;
  const given = process.env['MONGODB_URI'];
  const find = findMongod({ mongodPath, dataDir: resolve('.switchboard'), report });
  if (given) {
    const binaryPath = await find.then(
      ({ path }) => path,
      () => '',
    );
    return { uri: given, binaryPath, stop: async () => {} };
  }
  const binary = await find;
  const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-test-'));
  const log = createLogger({ name: 'tests', level: 'error' });
  const mongod = await startEmbedded({ binaryPath: binary.path, dataDir, log });
  await letDroppedGo(mongod.uri);
  report(`MongoDB ${binary.version} (${binary.source}) on port ${mongod.port}`);
  const stop = async (): Promise<void> => {
    removeSignalHandlers();
    await mongod.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const removeSignalHandlers = stopOnSignal(stop);
  return { uri: mongod.uri, binaryPath: binary.path, stop };
}

/**
 * Each file has a database with an open file for each of its 170 indexes, which the server keeps for five minutes after
 * it was dropped: on a quick machine all of them came together to 20,000, all that a process may have, and it died.
 */
async function letDroppedGo(uri: string): Promise<void> {
  const client = await new MongoClient(uri).connect();
  try {
    await client.db('admin').command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 5, syncdelay: 10 });
  } finally {
    await client.close();
  }
}

/** The mongod runs in a session of its own, so an interrupted run has to end it. */
function stopOnSignal(stop: () => Promise<void>): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    void stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  return () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
}
