import { createHostPolicy } from '../auth/hosts';
import { ControlPlaneError } from '../domain/errors';
import { createHttpDoor } from '../http/door';
import { serveEvents } from '../http/events-door';
import { refusal } from '../http/respond';
import { createLogger } from '../telemetry/logger';
import { ensureAdminToken } from './admin-token';
import { buildPlane } from './build-plane';
import { parseConfig } from './config';
import { findDatabase } from './find-database';
import { listen } from './http-server';
import { Shutdown } from './shutdown';
import { startStream } from './start-stream';

/** The events process: `/api/events` and nothing else, any number of them beside each other. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const { mongodbUri, database } = findDatabase(config);
  const adminToken = ensureAdminToken(config);
  const log = createLogger({ name: 'events', level: config.logLevel, secrets: [adminToken] });
  const shutdown = new Shutdown(log);
  const processName = `events-${process.pid}`;
  const { plane, close } = await buildPlane({ mongodbUri, database, adminToken, processName, log });
  shutdown.add('database client', close);
  const { hub, stop } = await startStream(plane, { config, mongodbUri, adopts: false });
  shutdown.add('stream', stop);

  let port = config.eventsPort;
  const door = createHttpDoor({
    plane,
    hosts: createHostPolicy({ ...config, port: () => port }),
    cursor: () => hub.position(),
  });
  const listening = await listen(
    (req, res) => {
      const path = (req.url ?? '/').split('?', 1)[0]!;
      if (path === '/api/events' && (req.method === 'GET' || req.method === 'HEAD'))
        return serveEvents(door, hub, req, res);
      const error = new ControlPlaneError('not-found', 'This process answers GET /api/events and nothing else.');
      const { status, headers, body } = refusal(error, 'none', log);
      return res.writeHead(status, headers).end(body === null ? undefined : Buffer.from(body));
    },
    { host: config.host, port: config.eventsPort, portVariable: 'EVENTS_PORT' },
  );
  port = listening.port;
  shutdown.add('http server', async () => {
    const closed = listening.close();
    await hub.stop();
    await closed;
  });
  process.stdout.write(`Events at http://${config.host}:${port}/api/events\n`);
  log.info({ port }, 'ready');
}

await main();
