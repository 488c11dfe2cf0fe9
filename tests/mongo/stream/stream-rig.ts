import type { EventFilter } from '@/lib/domain/event/schema';
import type { Principal } from '@/lib/domain/identity/schema';
import { createChangeSource, type MalformedChange } from '@/lib/store/change-source';
import { migrate } from '@/lib/store/migrate';
import type { RawMessage } from '@/lib/store/raw-document';
import { Hub, type HubOptions } from '@/lib/stream/hub';
import { openStream } from '@/lib/stream/open-stream';
import { MemorySink } from '@/tests/support/memory-sink';
import { createTestDatabase, type TestDatabase } from '@/tests/support/mongo';
import { testPrincipal } from '@/tests/support/principal';

const running: (() => Promise<void>)[] = [];

/** For `afterEach`: every hub of a test ends with it, before the leak check looks. */
export async function stopHubs(): Promise<void> {
  await Promise.all(running.splice(0).map(stop => stop()));
}

export interface RunningHub {
  hub: Hub;
  malformed: MalformedChange[];
  /** Raw messages that came whole. */
  raw: RawMessage[];
  stop(): Promise<void>;
}

export async function startHub(
  database: Pick<TestDatabase, 'uri' | 'name'>,
  options: Partial<HubOptions> = {},
): Promise<RunningHub> {
  const malformed: MalformedChange[] = [];
  const raw: RawMessage[] = [];
  const log = { info: () => undefined, warn: () => undefined };
  const source = createChangeSource({
    uri: database.uri,
    database: database.name,
    log,
    onMalformed: found => malformed.push(found),
    onRaw: document => raw.push(document),
  });
  const hub = new Hub({ source, log, ...options });
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      await hub.stop();
      await source.close();
    })());
  running.push(stop);
  hub.start();
  await hub.ready();
  return { hub, malformed, raw, stop };
}

export interface ReadOptions {
  after?: string;
  filter?: Partial<EventFilter>;
  principal?: Partial<Principal>;
  consumer?: string;
}

export function read(hub: Hub, { after, filter = {}, principal = {}, consumer }: ReadOptions = {}): MemorySink {
  const sink = new MemorySink();
  openStream(hub, {
    principal: testPrincipal(principal),
    filter: { types: undefined, ...filter },
    sink,
    ...(after === undefined ? {} : { after }),
    ...(consumer === undefined ? {} : { consumer }),
  });
  return sink;
}

/** A database with the product's own collections. */
export async function createPlaneDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await migrate(database.db);
  return database;
}
