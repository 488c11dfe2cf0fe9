import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { PagesReady, PagesWork } from './pages-thread';

/** Next, on a thread and a heap of its own, for this machine alone: whoever asks comes through the web server. */
const KEEP_ALIVE_MS = 65_000;

const { root } = workerData as PagesWork;
const { default: next } = await import('next');
const app = next({ dev: false, dir: root, quiet: true });
await app.prepare();
const handle = app.getRequestHandler();
const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => void handle(req, res));
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const { port } = server.address() as AddressInfo;
  parentPort?.postMessage({ port } satisfies PagesReady, []);
});
