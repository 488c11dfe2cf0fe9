import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isProcessAlive } from '@/lib/server/process-identity.mjs';

/** Its main thread ends at once, as mongod's may; the other one holds the port until its input is closed. */
const HALF_ENDED = `
import ctypes, socket, sys, threading
server = socket.create_server(('127.0.0.1', 0))
def hold():
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()
    import os
    os._exit(0)
threading.Thread(target=hold).start()
ctypes.CDLL(None).pthread_exit(None)
`;

const stateOf = (pid: number): string => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1]!;

test.runIf(process.platform === 'linux')(
  'a process is alive until the last of its threads let go of its port',
  async () => {
    const child = spawn('python3', ['-c', HALF_ENDED], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    try {
      const port = Number(String((await once(child.stdout, 'data'))[0]));
      while (stateOf(child.pid!) !== 'Z') await new Promise(resolve => setImmediate(resolve));
      await expect(take(port)).rejects.toThrow('EADDRINUSE');
      expect(isProcessAlive(child.pid!)).toBe(true);
    } finally {
      child.stdin.end();
      await exited;
    }
    expect(isProcessAlive(child.pid!)).toBe(false);
  },
);

function take(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
