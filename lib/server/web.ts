import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHostPolicy } from '../auth/hosts';
import { createHttpDoor } from '../http/door';
import { serveEvents } from '../http/events-door';
import { createMcpProxy } from '../http/mcp-proxy';
import { serveApi } from '../http/node-adapter';
import { createSignInCode, signInLink } from '../services/identity/create-sign-in-code';
import { createLogger } from '../telemetry/logger';
import { ensureAdminToken } from './admin-token';
import { buildPlane } from './build-plane';
import { parseConfig, type Config } from './config';
import { listen } from './http-server';
import { startMcpChild } from './mcp-child';
import { freePort } from './free-port';
import { openDatabase } from './open-database';
import { guardPages, startPages, type PageHandler } from './pages';
import { claimDataFolder, removeRunFile, writeRunFile, type RunRecord } from './run-file';
import { setRuntime } from './runtime';
import { Shutdown } from './shutdown';
import { startJobs } from './start-jobs';
import { startStream } from './start-stream';

/** The web process: pages, HTTP API, event stream, and `/mcp` passed on; mongod and the MCP server are its children. */

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const release = claimDataFolder(config.dataDir);
  const adminToken = ensureAdminToken(config);
  const log = createLogger({ name: 'web', level: config.logLevel, secrets: [adminToken] });
  const shutdown = new Shutdown(log);
  shutdown.add('data folder', release);

  const database = await openDatabase(config, log);
  shutdown.add('database server', database.stop);
  const { plane, close } = await buildPlane({
    mongodbUri: database.uri,
    database: config.database,
    adminToken,
    processName: `web-${process.pid}`,
    log,
  });
  shutdown.add('database client', close);
  const stream = await startStream(plane, { config, mongodbUri: database.uri, adopts: true });
  shutdown.add('stream', stream.stop);
  const jobs = startJobs(plane);
  shutdown.add('jobs', jobs.stop);

  let port = config.port;
  const door = createHttpDoor({
    plane,
    hosts: createHostPolicy({ ...config, port: () => port }),
    cursor: () => stream.hub.position(),
  });
  setRuntime({ door, hub: stream.hub });

  const mcpPort = config.mcpPort === 0 ? await freePort('127.0.0.1') : config.mcpPort;
  const proxy = createMcpProxy({ door, port: () => mcpPort });
  let pages: PageHandler = async (_req, res) => {
    res.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('Still starting.');
  };
  const listening = await listen(
    (req, res) => {
      const path = (req.url ?? '/').split('?', 1)[0]!;
      if (path === '/api/events') return serveEvents(door, stream.hub, req, res);
      if (path === '/mcp') return proxy(req, res);
      if (path === '/api' || path.startsWith('/api/')) return serveApi(door, req, res);
      return pages(req, res);
    },
    { host: config.host, port: config.port, portVariable: 'PORT' },
  );
  port = listening.port;
  shutdown.add('http server', async () => {
    // No new connections from here on; readers are told when to come back, claims that wait answer empty.
    const closed = listening.close();
    plane.doorbell.close();
    await stream.hub.stop();
    await closed;
  });

  const next = await startPages(root);
  shutdown.add('pages', next.close);
  pages = guardPages(door, next.handle);

  const url = webUrl(config, port);
  const record: RunRecord = {
    startedAt: new Date().toISOString(),
    mongodbUri: database.uri,
    database: config.database,
    urls: { web: url, mcp: `http://127.0.0.1:${mcpPort}/mcp` },
    pids: { web: process.pid, ...(database.pid() === undefined ? {} : { mongod: database.pid() }) },
  };
  const mcp = startMcpChild({
    path: join(here, 'mcp.mjs'),
    env: { ...process.env, MONGODB_URI: database.uri, SWITCHBOARD_ADMIN_TOKEN: adminToken, MCP_PORT: String(mcpPort) },
    log,
    onPid: pid => {
      record.pids = {
        web: process.pid,
        ...(pid === undefined ? {} : { mcp: pid }),
        ...(database.pid() === undefined ? {} : { mongod: database.pid() }),
      };
      if (!shutdown.stopping) writeRunFile(config.dataDir, record);
    },
  });
  shutdown.add('MCP server', mcp.stop);
  shutdown.add('run.json', () => removeRunFile(config.dataDir));

  const code = await createSignInCode(plane.collections, plane.clock.now());
  process.stdout.write(`\nSwitchboard runs at ${url}\nSign in (once, within 10 minutes): ${signInLink(url, code)}\n\n`);
  log.info({ url, database: config.database }, 'ready');
}

function webUrl({ host }: Config, port: number): string {
  const wildcard = host === '0.0.0.0' || host === '::';
  const name = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

await main();
