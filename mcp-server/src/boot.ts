import { createHostPolicy } from '@/lib/auth/hosts';
import { ensureAdminToken } from '@/lib/server/admin-token';
import { buildPlane } from '@/lib/server/build-plane';
import type { Config } from '@/lib/server/config';
import { findDatabase } from '@/lib/server/find-database';
import { listen } from '@/lib/server/http-server';
import { MCP_LISTENS } from '@/lib/server/mcp-child';
import { Shutdown } from '@/lib/server/shutdown';
import { StartupError } from '@/lib/server/startup-error';
import { InboxWatch } from '@/lib/services/messages/inbox-watch';
import { createLogger } from '@/lib/telemetry/logger';
import { CallLimits } from './call-limits';
import type { McpHost } from './host';
import { createMcpHttpDoor } from './http-door';
import { Recorder } from './recorder';
import { openMcpPipe, stdioPrincipal } from './stdio-door';

interface Booted {
  host: McpHost;
  shutdown: Shutdown;
}

/** Answers at MCP_PORT. Beside web it is web that is reached from elsewhere, and passes `/mcp` on over loopback. */
export async function serveHttp(config: Config, isChildOfWeb: boolean): Promise<void> {
  const { host, shutdown } = await boot(config);
  const listensOn = isChildOfWeb ? '127.0.0.1' : config.host;
  let port = config.mcpPort;
  const door = createMcpHttpDoor(host, createHostPolicy({ ...config, host: listensOn, port: () => port }));
  const listening = await listen(door.serve, { host: listensOn, port: config.mcpPort, portVariable: 'MCP_PORT' });
  port = listening.port;
  shutdown.add('http server', async () => {
    const closed = listening.close();
    await door.close();
    await closed;
  });
  stopFirst(shutdown, host);
  if (isChildOfWeb) endWithWeb(shutdown);
  // A channel that just closed is heard of as 'disconnect'.
  if (isChildOfWeb) process.send?.(MCP_LISTENS, () => undefined);
  host.plane.log.info({ url: `http://${listensOn}:${port}/mcp` }, 'ready');
}

/** Web may also have died while this process was still starting: then the event came before anybody listened. */
function endWithWeb(shutdown: Shutdown): void {
  const leave = (): void => void shutdown.exit(0, 'web is gone');
  process.once('disconnect', leave);
  if (!process.connected) leave();
}

/** Speaks over stdin and stdout until the client closes its end. */
export async function serveStdio(config: Config): Promise<void> {
  if (config.token === undefined) {
    throw new StartupError(
      'SWITCHBOARD_TOKEN: got nothing, wants the token this connection acts with. Make one on the page Connect, ' +
        'or with POST /api/tokens, and set it in the environment of this command.',
    );
  }
  const { host, shutdown } = await boot(config);
  if (!(await stdioPrincipal(host, config.token))) {
    await shutdown.stop();
    throw new StartupError('SWITCHBOARD_TOKEN: not a valid token of this server; it may be revoked or expired.');
  }
  const pipe = openMcpPipe(host, config.token);
  shutdown.add('pipe', async () => {
    await pipe.close();
    await pipe.closed;
  });
  stopFirst(shutdown, host);
  host.plane.log.info('ready on stdio');
  await pipe.closed;
  await shutdown.exit(0, 'the client closed the pipe');
}

async function boot(config: Config): Promise<Booted> {
  const { mongodbUri, database } = findDatabase(config);
  const adminToken = ensureAdminToken(config);
  const secrets = [adminToken, ...(config.token === undefined ? [] : [config.token])];
  const log = createLogger({ name: 'mcp-server', level: config.logLevel, secrets });
  const shutdown = new Shutdown(log);
  const processName = `mcp-${process.pid}`;
  const { plane, close } = await buildPlane({ mongodbUri, database, adminToken, processName, log });
  shutdown.add('database client', close);
  const watch = new InboxWatch(plane);
  shutdown.add('inbox watch', () => watch.stop());
  const recorder = new Recorder(plane);
  shutdown.add('call records', () => recorder.stop());
  const stopping = new AbortController();
  const host: McpHost = {
    plane,
    watch,
    recorder,
    limits: new CallLimits(),
    stopping: stopping.signal,
    stop: () => stopping.abort(),
  };
  return { host, shutdown };
}

/** Whoever waits is answered before anything else goes: an empty answer now is better than a connection cut. */
function stopFirst(shutdown: Shutdown, host: McpHost): void {
  shutdown.add('waiting calls', async () => {
    host.stop();
    await host.limits.idle(ANSWER_WITHIN_MS);
  });
}

/** Web gives its child 5 s in all. */
const ANSWER_WITHIN_MS = 2_500;
