import { systemClock } from '../kernel/clock';
import { AgentTypeCache } from '../services/agent-types/cache';
import type { Plane } from '../services/context';
import { Doorbell } from '../services/dispatches/doorbell';
import { StreamedTimes } from '../services/dispatches/streamed-times';
import { DatabaseProbe } from '../services/health/probes';
import { AuthCache } from '../services/identity/auth-cache';
import { ProjectTree } from '../services/projects/tree';
import { adoptRawMessages, takeInRawMessages } from '../services/messages/adopt-message';
import { AdoptionQueue } from '../services/messages/adoption-queue';
import { RawIntake } from '../services/messages/raw-intake';
import { adoptTask } from '../services/tasks/adopt-task';
import { SettingsCache } from '../services/settings/cache';
import { TenantCache } from '../services/tenants/cache';
import { ensureDefaultTenant } from '../services/tenants/ensure-default-tenant';
import { connectDatabase } from '../store/client';
import { collectionsOf } from '../store/collections';
import { migrate } from '../store/migrate';
import { assertReplicaSet } from '../store/replica-set';
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
    await assertReplicaSet(connection.client);
    await migrate(connection.db);
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
      doorbell: new Doorbell(),
      streamedTimes: new StreamedTimes(),
      database: new DatabaseProbe(collections, clock.now),
      stream: null,
      rawIntake: new RawIntake(ids => takeInRawMessages(plane, ids)),
      adoption: new AdoptionQueue({
        messages: ids => adoptRawMessages(plane, ids),
        task: id => adoptTask(plane, id),
        failed: err => plane.log.warn({ err }, 'raw inserts were not taken up yet; the sweep tries again'),
      }),
    };
    await ensureDefaultTenant(plane);
    await plane.projects.refresh();
    return { plane, close: connection.close };
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}
