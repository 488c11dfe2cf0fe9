import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen } from '@/lib/server/http-server';

const agent = new Agent({ keepAlive: true });
afterEach(() => {
  vi.useRealTimers();
  agent.destroy();
});

/** A server whose answers wait to be given. */
async function slowServer() {
  const asked: ServerResponse[] = [];
  const listening = await listen((_, res) => asked.push(res), { host: '127.0.0.1', port: 0, portVariable: 'PORT' });
  const ask = async (): Promise<IncomingMessage> => {
    const req = request({ host: '127.0.0.1', port: listening.port, agent }).end();
    const [answer] = (await once(req, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    return answer;
  };
  const arrived = (count: number) => vi.waitUntil(() => asked.length === count, { timeout: 10_000, interval: 5 });
  return { ...listening, asked, ask, arrived };
}

describe('a server that closes', () => {
  it('lets each connection go with the answer under way, and is done with the last', async () => {
    const { close, ask, asked, arrived } = await slowServer();
    const kept = ask();
    await arrived(1);
    asked[0]!.end('early');
    expect((await kept).headers.connection).toBe('keep-alive');
    const answers = [ask(), ask()];
    await arrived(3);
    // Time stands still: nothing is cut.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const closed = close();
    for (const res of asked.slice(1)) res.writeHead(200, { 'Content-Type': 'text/plain' }).end('late');
    for (const answer of answers) expect((await answer).headers.connection).toBe('close');
    await closed;
  });

  it('waits for an answer longer than for a connection that asks nothing', async () => {
    const { close, ask, asked, arrived } = await slowServer();
    const answer = ask();
    await arrived(1);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const closed = close();
    vi.advanceTimersByTime(1_500);
    asked[0]!.end('late');
    expect((await answer).statusCode).toBe(200);
    await closed;
  });

  it('cuts after a second a connection on which nothing is asked, and after three all', async () => {
    const idle = await slowServer();
    const spare = connect(idle.port, '127.0.0.1').on('error', () => undefined);
    await once(spare, 'connect');
    spare.write('GET / HT');
    const busy = await slowServer();
    const unanswered = busy.ask().catch((error: NodeJS.ErrnoException) => error.code);
    await busy.arrived(1);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const closed = [idle.close(), busy.close()];
    vi.advanceTimersByTime(1_000);
    await closed[0];
    vi.advanceTimersByTime(2_000);
    await closed[1];
    expect(await unanswered).toBe('ECONNRESET');
  });
});

describe('a request that does not come in', () => {
  const limits = { requestWithinMs: 300, lookMs: 50 };
  const place = { host: '127.0.0.1', port: 0, portVariable: 'PORT' };

  it('is answered 408 and cut off, however its body drips', async () => {
    const { port, close } = await listen(req => req.resume(), place, limits);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    let told = '';
    socket.on('data', chunk => (told += String(chunk)));
    socket.write('POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 20);
    await once(socket, 'close');
    clearInterval(drip);
    expect(told).toMatch(/^HTTP\/1\.1 408 /);
    await close();
  });

  it('has nothing to do with how long its answer takes', async () => {
    const { port, close } = await listen((_req, res) => void setTimeout(() => res.end('late'), 1_000), place, limits);
    const req = request({ host: '127.0.0.1', port, agent }).end();
    const [answer] = (await once(req, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await once(answer, 'end');
    await close();
  });
});
