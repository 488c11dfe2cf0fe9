import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UntakenAnswers } from '@/lib/http/untaken-answers';

/** What is written for readers that do not read is bounded, in time and in bytes. */

const PATIENCE = { timeout: 20_000, interval: 10 };
/** More than the system takes of one connection. */
const LONG = 'x'.repeat(32 * 1024 * 1024);

const open: { server: Server; sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    server.closeAllConnections();
  }
});

async function serve(untaken: UntakenAnswers, body: string) {
  const answers: ServerResponse[] = [];
  const server = createServer((_req, res) => {
    answers.push(res);
    res.end(body);
    untaken.watch(res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  open.push({ server, sockets });
  /** Asks, and reads nothing until it is told to. */
  const ask = async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    socket.pause();
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const at = sockets.length;
    await vi.waitUntil(() => answers.length === at, PATIENCE);
    return { socket, answer: answers[at - 1]! };
  };
  return { ask };
}

describe('an answer that nobody takes', () => {
  it('is cut off when nothing was taken of it for long, and counts no more', async () => {
    const untaken = new UntakenAnswers({ idleMs: 200 });
    const { ask } = await serve(untaken, LONG);
    const { answer } = await ask();
    expect(untaken.bytes).toBeGreaterThan(LONG.length / 2);
    await vi.waitUntil(() => answer.destroyed, PATIENCE);
    await vi.waitUntil(() => untaken.bytes === 0, PATIENCE);
  });

  it('is whole for who reads at last, and its connection is kept', async () => {
    const untaken = new UntakenAnswers();
    const { ask } = await serve(untaken, LONG);
    const { socket, answer } = await ask();
    let read = 0;
    socket.on('data', chunk => (read += chunk.length));
    socket.resume();
    await vi.waitUntil(() => read >= LONG.length, PATIENCE);
    await vi.waitUntil(() => untaken.bytes === 0, PATIENCE);
    expect([answer.writableFinished, socket.destroyed]).toEqual([true, false]);
  });

  it('goes when the others come to more than may be, the one that stands longest first', async () => {
    const untaken = new UntakenAnswers({ mostBytes: 2.5 * LONG.length });
    const { ask } = await serve(untaken, LONG);
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect([first, second, third].map(({ answer }) => answer.destroyed)).toEqual([true, false, false]);
    expect(untaken.bytes).toBeLessThanOrEqual(2.5 * LONG.length);
  });

  it('is left alone where it is the only one, however long', async () => {
    const untaken = new UntakenAnswers({ mostBytes: 1 });
    const { ask } = await serve(untaken, LONG);
    expect((await ask()).answer.destroyed).toBe(false);
  });
});

it('a short answer is not watched', async () => {
  const untaken = new UntakenAnswers({ idleMs: 1 });
  const watch = vi.spyOn(untaken, 'watch');
  const { ask } = await serve(untaken, 'short');
  await ask();
  expect(watch).toHaveBeenCalled();
  expect(untaken.bytes).toBe(0);
});
