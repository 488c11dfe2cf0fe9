import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from './clock';

export interface Redis {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

const START_WITHIN_MS = 10_000;

/** Null: not installed here. As its own documentation advises for queues: append-only file, synced each second. */
export async function startRedis(): Promise<Redis | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const dir = mkdtempSync(join(tmpdir(), 'switchboard-bench-redis-'));
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--save', ''];
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  const kill = () => void redis.kill('SIGTERM');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    const gone = new Promise(resolve => redis.once('exit', resolve));
    redis.kill('SIGTERM');
    if (redis.exitCode === null) await gone;
    rmSync(dir, { recursive: true, force: true });
  };
  const deadlineMs = Date.now() + START_WITHIN_MS;
  while (!(await answers(port))) {
    if (Date.now() > deadlineMs) {
      await stop();
      throw new Error('redis-server did not start');
    }
    await sleep(50);
  }
  return { port, pid: redis.pid!, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('data', data => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.write('PING\r\n');
  });
