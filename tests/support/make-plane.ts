import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { systemClock, type Clock } from '@/lib/kernel/clock';
import { AgentTypeCache } from '@/lib/services/agent-types/cache';
import { StreamPresence } from '@/lib/services/consumers/stream-presence';
import type { Plane } from '@/lib/services/context';
import { BundleMemory } from '@/lib/services/dispatches/bundle/bundle-memory';
import { Doorbell } from '@/lib/services/dispatches/claim/doorbell';
import { StreamedTimes } from '@/lib/services/dispatches/claim/streamed-times';
import { DatabaseProbe } from '@/lib/services/health/probes';
import { AuthCache } from '@/lib/services/identity/auth-cache';
import { ProjectTree } from '@/lib/services/projects/tree';
import { adoptRawMessages, takeInRawMessages } from '@/lib/services/messages/adoption/adopt-message';
import { AdoptionQueue } from '@/lib/services/messages/adoption/adoption-queue';
import { RawIntake } from '@/lib/services/messages/adoption/raw-intake';
import { ThreadOpener } from '@/lib/services/messages/adoption/thread-opener';
import { adoptTask } from '@/lib/services/tasks/adopt-task';
import { SettingsCache } from '@/lib/services/settings/cache';
import { TenantCache } from '@/lib/services/tenants/cache';
import { collectionsOf } from '@/lib/store/collections';
import { migrate } from '@/lib/store/migrate';
import { openRawThreads } from '@/lib/store/threads';
import { createLogger } from '@/lib/telemetry/logger';
import { createTestDatabase, type TestDatabase } from './mongo';

export interface TestPlane {
  plane: Plane;
  database: TestDatabase;
  /** Every line logged so far. */
  logged(): string;
}

/** A plane on a database of its own, migrated, with no tenant yet. */
export async function makePlane(clock: Clock = systemClock): Promise<TestPlane> {
  const database = await createTestDatabase();
  const { db } = database;
  await migrate(db);
  const collections = collectionsOf(db);
  const now = () => clock.now();
  let logged = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  const log = createLogger({ name: 'test', level: 'trace', destination });
  const processName = `test-${randomBytes(3).toString('hex')}`;
  const plane: Plane = {
    collections,
    log,
    clock,
    processName,
    adminToken: `first-admin-${randomBytes(16).toString('hex')}`,
    agentTypes: new AgentTypeCache(collections, now),
    projects: new ProjectTree(collections),
    tenants: new TenantCache(collections, now),
    settings: new SettingsCache(collections, now),
    authCache: new AuthCache(now),
    bundleMemory: new BundleMemory(),
    doorbell: new Doorbell(),
    streamedTimes: new StreamedTimes(),
    streamPresence: new StreamPresence(collections, log, processName),
    database: new DatabaseProbe(collections, now),
    stream: null,
    threadOpener: new ThreadOpener(
      threads => openRawThreads(collections, threads),
      err => log.warn({ err }, 'threads of raw inserts were not opened yet; trying again'),
    ),
    rawIntake: new RawIntake(inserts => takeInRawMessages(plane, inserts)),
    adoption: new AdoptionQueue({
      messages: async ids => void (await adoptRawMessages(plane, ids)),
      threads: () => plane.threadOpener.flush(),
      task: id => adoptTask(plane, id),
      failed: err => plane.log.warn({ err }, 'raw inserts were not taken up yet; the sweep tries again'),
    }),
  };
  return { plane, database, logged: () => logged };
}
