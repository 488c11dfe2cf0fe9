import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { testMongodPath } from './mongo';

export interface BareMongod {
  port: number;
  dbPath: string;
  client: MongoClient;
  stop: () => Promise<void>;
}

/** A mongod as a person would start it by hand, with options of the test's choosing and nothing initiated. */
export async function startBareMongod(options: readonly string[] = []): Promise<BareMongod> {
  const dbPath = mkdtempSync(join(tmpdir(), 'switchboard-bare-'));
  const port = await freePort();
  const args = ['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', ...options];
  const child = spawn(testMongodPath(), args, { stdio: 'ignore' });
  const closed = once(child, 'close');
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  await client.connect();
  const stop = async (): Promise<void> => {
    await client.close();
    child.kill('SIGKILL');
    await closed;
    rmSync(dbPath, { recursive: true, force: true });
  };
  return { port, dbPath, client, stop };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
