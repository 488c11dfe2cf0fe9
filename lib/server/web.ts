import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHostPolicy } from '../auth/hosts';
import { createHttpDoor } from '../http/door';
import { createMcpProxy } from '../http/mcp-proxy';
import { beginListening } from '../services/consumers/begin-listening';
import { createSignInCode, signInLink } from '../services/identity/create-sign-in-code';
import { createLogger } from '../telemetry/logger';
import { ensureAdminToken } from './admin-token';
import { scheduleAsBatch } from './batch-scheduling';
import { buildPlane } from './build-plane';
import { childPort } from './child-port';
import { parseConfig, type Config } from './config';
import { listen, type Listening } from './http-server';
import { createMcpChild, type McpChild } from './mcp-child';
import { openDatabase, type OpenedDatabase } from './open-database';
import { guardPages, passToPages } from './pages';
import { startPagesThread } from './pages-thread';
import { claimDataFolder, removeRunFile, writeRunFile, type RunRecord } from './run-file';
import { setRuntime } from './runtime';
import { Shutdown } from './shutdown';
import { startJobs } from './start-jobs';
import { startStream } from './start-stream';
import { webHandler } from './web-handler';

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

  // Before the first child: they inherit it.
  if (!(await scheduleAsBatch())) log.info('scheduled as any process: there is no chrt, or it may not');
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
  await beginListening(plane);
  const jobs = startJobs(plane);
  shutdown.add('jobs', jobs.stop);

  let listening: Listening | undefined;
  const hosts = createHostPolicy({ ...config, port: () => listening?.port ?? config.port });
  const door = createHttpDoor({ plane, hosts, cursor: () => stream.hub.position() });
  setRuntime({ door, hub: stream.hub });
  const mcpPort = await childPort({ host: '127.0.0.1', port: config.mcpPort, portVariable: 'MCP_PORT' });
  const pages = startPagesThread(join(here, 'pages.mjs'), { root }, log);
  shutdown.add('pages', pages.stop);
  const mcp = createMcpChild({
    path: join(here, 'mcp.mjs'),
    env: { ...process.env, MONGODB_URI: database.uri, SWITCHBOARD_ADMIN_TOKEN: adminToken, MCP_PORT: String(mcpPort) },
    log,
  });
  const handler = webHandler({
    door,
    hub: stream.hub,
    mcp: createMcpProxy({ door, upstream: { ...mcp, port: () => mcpPort } }),
    pages: guardPages(door, passToPages(pages.port)),
  });
  listening = await listen(handler, { host: config.host, port: config.port, portVariable: 'PORT' });
  const { close: closeListener, port } = listening;
  shutdown.add('http server', async () => {
    // No new connections from here on; readers are told when to come back, claims that wait answer empty.
    const closed = closeListener();
    plane.doorbell.close();
    await stream.hub.stop();
    await closed;
  });
  await pages.ready;

  const url = webUrl(config, port);
  startMcpBeside(mcp, { config, shutdown, database, mcpPort, url });
  const code = await createSignInCode(plane.collections, plane.clock.now());
  process.stdout.write(`\nSwitchboard runs at ${url}\nSign in (once, within 10 minutes): ${signInLink(url, code)}\n\n`);
  log.info({ url, database: config.database }, 'ready');
}

interface Beside {
  config: Config;
  shutdown: Shutdown;
  database: OpenedDatabase;
  mcpPort: number;
  url: string;
}

/** Starts the MCP server and keeps run.json in step with the pids that run. */
function startMcpBeside(mcp: McpChild, { config, shutdown, database, mcpPort, url }: Beside): void {
  const startedAt = new Date().toISOString();
  let mcpPid: number | undefined;
  const record = (): RunRecord => ({
    startedAt,
    mongodbUri: database.uri,
    database: config.database,
    urls: { web: url, mcp: `http://127.0.0.1:${mcpPort}/mcp` },
    pids: {
      web: process.pid,
      ...(mcpPid === undefined ? {} : { mcp: mcpPid }),
      ...(database.pid() === undefined ? {} : { mongod: database.pid() }),
    },
  });
  const write = (): void => {
    if (!shutdown.stopping) writeRunFile(config.dataDir, record());
  };
  mcp.start(pid => {
    mcpPid = pid;
    write();
  });
  database.onRestart(write);
  shutdown.add('MCP server', mcp.stop);
  shutdown.add('run.json', () => removeRunFile(config.dataDir));
}

function webUrl({ host }: Config, port: number): string {
  const wildcard = host === '0.0.0.0' || host === '::';
  const name = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

await main();
