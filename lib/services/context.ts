import type { Logger } from 'pino';
import type { Principal } from '../domain/identity/schema';
import type { Clock } from '../kernel/clock';
import type { Collections } from '../store/collections';
import type { AgentTypeCache } from './agent-types/cache';
import type { BundleMemory } from './dispatches/bundle/bundle-memory';
import type { Doorbell } from './dispatches/claim/doorbell';
import type { AuthCache } from './identity/auth-cache';
import type { ProjectTree } from './projects/tree';
import type { StreamPresence } from './consumers/stream-presence';
import type { SettingsCache } from './settings/cache';
import type { AdoptionQueue } from './messages/adoption/adoption-queue';
import type { RawIntake } from './messages/adoption/raw-intake';
import type { ThreadOpener } from './messages/adoption/thread-opener';
import type { TenantCache } from './tenants/cache';
import type { StreamedTimes } from './dispatches/claim/streamed-times';
import type { StreamPort } from './events/stream-port';
import type { DatabaseProbe } from './health/probes';

/** What is built once at boot and every service may use. */
export interface Plane {
  collections: Collections;
  log: Logger;
  clock: Clock;
  /** Names this process in presence records and logs. */
  processName: string;
  /** The first admin's token, from the environment or the data folder. */
  adminToken: string;
  agentTypes: AgentTypeCache;
  projects: ProjectTree;
  tenants: TenantCache;
  settings: SettingsCache;
  authCache: AuthCache;
  /** What the answers of claims under way may take of it, together. */
  bundleMemory: BundleMemory;
  /** Wakes claims that wait for work. */
  doorbell: Doorbell;
  /** Raw inserts the stream showed, waiting to be taken up. */
  adoption: AdoptionQueue;
  /** The same ones a claim may come for within milliseconds, read ahead of it. */
  rawIntake: RawIntake;
  /** The threads of those, written a moment after. */
  threadOpener: ThreadOpener;
  /** When this process put a message's event on the wire. */
  streamedTimes: StreamedTimes;
  /** Which orchestrators listen to this process, told to all. */
  streamPresence: StreamPresence;
  /** Whether the database answers, asked at most once a second. */
  database: DatabaseProbe;
  /** Null in a process that serves no events. */
  stream: StreamPort | null;
}

/** One call: who, on what, under which request id. First argument of every verb. */
export interface Context {
  plane: Plane;
  principal: Principal;
  requestId: string;
}

/** What jobs act as: inside one tenant, on nobody's behalf. */
export const systemPrincipal = (tenantId: string): Principal => ({
  tenantId,
  role: 'admin',
  id: 'system',
  label: 'Switchboard',
  account: 'system',
  via: 'system',
});

export const systemContext = (plane: Plane, tenantId: string): Context => ({
  plane,
  principal: systemPrincipal(tenantId),
  requestId: 'system',
});
