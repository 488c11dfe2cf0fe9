import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { passToPages } from '@/lib/server/pages';
import { startPagesThread, type PagesThread } from '@/lib/server/pages-thread';
import { createLogger } from '@/lib/telemetry/logger';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(handler: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, server };
}

describe('pages passed on', () => {
  it('arrive as they are: status, headers, body and what was asked', async () => {
    const asked: unknown[] = [];
    const pages = await listen((req, res) => {
      asked.push([req.method, req.url, req.headers['host'], req.headers['accept-encoding']]);
      res.writeHead(404, { 'Content-Type': 'text/html', ETag: '"e"', 'Set-Cookie': ['a=1', 'b=2'] }).end('not here');
    });
    const pass = passToPages(() => pages.port);
    const front = await listen((req, res) => void pass(req, res));
    const answer = await fetch(`http://127.0.0.1:${front.port}/threads/1?q=%20`, {
      headers: { 'accept-encoding': 'br' },
    });
    expect([answer.status, await answer.text()]).toEqual([404, 'not here']);
    expect([answer.headers.get('etag'), answer.headers.getSetCookie()]).toEqual(['"e"', ['a=1', 'b=2']]);
    expect(asked).toEqual([['GET', '/threads/1?q=%20', `127.0.0.1:${front.port}`, 'br']]);
  });

  it('are asked for again a moment later while their server starts, and when it is gone', async () => {
    let port: number | undefined;
    const pass = passToPages(() => port);
    const front = await listen((req, res) => void pass(req, res));
    const ask = () => fetch(`http://127.0.0.1:${front.port}/`);
    const refused = async () => {
      const answer = await ask();
      return [answer.status, answer.headers.get('retry-after'), await answer.text()];
    };
    expect(await refused()).toEqual([503, '1', 'Still starting.']);
    const pages = await listen((_, res) => res.end('a page'));
    port = pages.port;
    expect(await (await ask()).text()).toBe('a page');
    pages.server.closeAllConnections();
    await new Promise(resolve => pages.server.close(resolve));
    expect(await refused()).toEqual([503, '1', 'Still starting.']);
  });
});

/** A page server that does what `source` says, in place of Next. */
function threadOf(source: string): PagesThread {
  const folder = mkdtempSync(join(tmpdir(), 'pages-thread-'));
  const path = join(folder, 'worker.mjs');
  writeFileSync(path, `import { parentPort, workerData } from 'node:worker_threads';\n${source}`);
  const thread = startPagesThread(path, { root: folder }, createLogger({ name: 'test', level: 'silent' }));
  closing.push(async () => {
    await thread.stop();
    rmSync(folder, { recursive: true });
  });
  return thread;
}

describe('the thread of the pages', () => {
  it('is started again when it ends, and until then nobody is sent to where it was', async () => {
    const thread = threadOf(`
      parentPort.postMessage({ port: 1 + (Date.now() % 60000) });
      setTimeout(() => process.exit(1), 100);
    `);
    await thread.ready;
    const first = thread.port();
    expect(first).toBeGreaterThan(0);
    await expect.poll(() => thread.port()).toBeUndefined();
    await expect.poll(() => thread.port(), { timeout: 5_000 }).toBeGreaterThan(0);
    expect(thread.port()).not.toBe(first);
  });

  it('that cannot start says why', async () => {
    await expect(threadOf(`throw new Error('no build in ' + workerData.root);`).ready).rejects.toThrow(/no build in/);
  });

  it('ends with its process, and stays ended', async () => {
    const thread = threadOf(`parentPort.postMessage({ port: 7 }); setInterval(() => undefined, 1000);`);
    await thread.ready;
    await thread.stop();
    await new Promise(resolve => setTimeout(resolve, 1_200));
    expect(thread.port()).toBeUndefined();
  });
});
