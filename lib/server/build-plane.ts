import { isControlPlaneError } from '../domain/errors';
import { backoffMs } from '../kernel/backoff';
import { systemClock } from '../kernel/clock';
import { AgentTypeCache } from '../services/agent-types/cache';
import { StreamPresence } from '../services/consumers/stream-presence';
import type { Plane } from '../services/context';
import { BundleMemory } from '../services/dispatches/bundle/bundle-memory';
import { Doorbell } from '../services/dispatches/claim/doorbell';
import { StreamedTimes } from '../services/dispatches/claim/streamed-times';
import { DatabaseProbe } from '../services/health/probes';
import { AuthCache } from '../services/identity/auth-cache';
import { ProjectTree } from '../services/projects/tree';
import { adoptRawMessages, takeInRawMessages } from '../services/messages/adoption/adopt-message';
import { AdoptionQueue } from '../services/messages/adoption/adoption-queue';
import { RawIntake } from '../services/messages/adoption/raw-intake';
import { ThreadOpener } from '../services/messages/adoption/thread-opener';
import { adoptTask } from '../services/tasks/adopt-task';
import { SettingsCache } from '../services/settings/cache';
import { toDomainError } from '../services/to-domain-error';
import { TenantCache } from '../services/tenants/cache';
import { ensureDefaultTenant } from '../services/tenants/ensure-default-tenant';
import { connectDatabase, type DatabaseConnection } from '../store/client';
import { collectionsOf } from '../store/collections';
import { migrate } from '../store/migrate';
import { assertReplicaSet } from '../store/replica-set';
import { openRawThreads } from '../store/threads';
import type { Logger } from '../telemetry/logger';

export interface PlaneOptions {
  mongodbUri: string;
  database: string;
  adminToken: string;
  processName: string;
  log: Logger;
}

export interface BuiltPlane {
  plane: Plane;
  close(): Promise<void>;
}

/** Connects, brings the database up to date, and builds what every service stands on. One a process. */
export async function buildPlane({
  mongodbUri,
  database,
  adminToken,
  processName,
  log,
}: PlaneOptions): Promise<BuiltPlane> {
  const connection = await connectDatabase(mongodbUri, database);
  try {
    await throughElections(log, async () => {
      await assertReplicaSet(connection.client);
      await migrate(connection.db);
    });
    const collections = collectionsOf(connection.db);
    const clock = systemClock;
    const plane: Plane = {
      collections,
      log,
      clock,
      processName,
      adminToken,
      agentTypes: new AgentTypeCache(collections, clock.now),
      projects: new ProjectTree(collections),
      tenants: new TenantCache(collections, clock.now),
      settings: new SettingsCache(collections, clock.now),
      authCache: new AuthCache(clock.now),
      bundleMemory: new BundleMemory(),
      doorbell: new Doorbell(),
      streamedTimes: new StreamedTimes(),
      streamPresence: new StreamPresence(collections, log, processName),
      database: new DatabaseProbe(collections, clock.now),
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
    await throughElections(log, async () => {
      await ensureDefaultTenant(plane);
      await plane.projects.refresh();
    });
    return { plane, close: () => closePlane(plane, connection) };
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}

/** Threads that are not opened in time are found by their messages: a database that is away must not hold up a stop. */
const LAST_WRITES_MS = 1_000;

async function closePlane(
  { adoption, threadOpener, clock, log }: Plane,
  connection: DatabaseConnection,
): Promise<void> {
  const opening = threadOpener.close().catch(err => log.warn({ err }, 'threads of raw inserts were not opened'));
  await Promise.race([Promise.all([adoption.close(), opening]), clock.sleep(LAST_WRITES_MS)]);
  await connection.close();
}

/** Longer than any election takes; after this whoever started the process is told why it cannot. */
const START_PATIENCE_MS = 30_000;
const RETRY = { baseMs: 250, maxMs: 2_000 };

/** A primary that dies while a process starts must not end that process: each of its steps may be done twice. */
async function throughElections(log: Logger, step: () => Promise<void>): Promise<void> {
  const giveUpAtMs = performance.now() + START_PATIENCE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      const known = toDomainError(error);
      const passes = isControlPlaneError(known) && known.retry !== 'never';
      if (!passes || performance.now() >= giveUpAtMs) throw error;
      log.warn({ err: error }, 'the database went away during the start; trying again');
      await systemClock.sleep(backoffMs(attempt, RETRY));
    }
  }
}
