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
