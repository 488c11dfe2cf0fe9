import { createHostPolicy } from '../auth/hosts';
import { createHttpDoor } from '../http/door';
import { createLogger } from '../telemetry/logger';
import { ensureAdminToken } from './admin-token';
import { buildPlane } from './build-plane';
import { parseConfig } from './config';
import { eventsHandler } from './events-handler';
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
  const { hub, stop } = await startStream(plane, { config: { ...config, database }, mongodbUri, adopts: false });
  shutdown.add('stream', stop);

  let port = config.eventsPort;
  const door = createHttpDoor({
    plane,
    hosts: createHostPolicy({ ...config, port: () => port }),
    cursor: () => hub.position(),
  });
  const listening = await listen(eventsHandler(door, hub), {
    host: config.host,
    port: config.eventsPort,
    portVariable: 'EVENTS_PORT',
  });
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
