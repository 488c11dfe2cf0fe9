import { requirePermission } from '../../auth/policy';
import { DEFAULT_TENANT } from '../../domain/fields';
import type { SystemHealth } from '../../domain/health/schema';
import { SharedReads } from '../../kernel/shared-reads';
import { findHeldAccounts } from '../../store/accounts';
import { oplogState, replicaSetMembers, storageSizes } from '../../store/health';
import { readMalformed } from '../../store/malformed';
import { countOrchestrators, secondsWithoutOrchestrator } from '../../store/presence';
import { listConsumerPage } from '../../store/consumers';
import { toConsumer } from '../consumers/consumers';
import { countStaleRecords } from '../maintenance/clean-up';
import type { Context, Plane } from '../context';
import { boundOf } from './bounds';
import { accountHeldReason } from './account-held';
import { behindReason } from './history-window';
import { isNobodyListening, nobodyListeningReason, type Listening } from './nobody-listening';
import { oldestDue } from './oldest-due';

const MALFORMED_SHOWN = 20;
const CONSUMERS_SHOWN = 200;
const HELD_ACCOUNTS_SHOWN = 10;
const PROBE_EVERY_MS = 1_000;
const ADOPTED_WITHIN_MS = 500;
/** Many pages ask, and the answer is a few dozen statements; but nobody is told what stood before they asked. */
const reads = new WeakMap<Plane, SharedReads<Examined>>();

export interface Examined {
  health: SystemHealth;
  isNobodyListening: boolean;
}

export const systemHealth = async (ctx: Context): Promise<SystemHealth> => (await examineSystem(ctx)).health;

/** For a door that tells it in words of its own. */
export async function examineSystem(ctx: Context): Promise<Examined> {
  requirePermission(ctx.principal, 'health:read');
  const { plane, principal } = ctx;
  if (!(await plane.database.reachable())) return away(plane);
  const shared = reads.get(plane) ?? new SharedReads<Examined>(plane.clock);
  reads.set(plane, shared);
  const examined = new AbortController();
  const reading = shared.read(principal.tenantId, () => examine(plane, principal.tenantId));
  const isOver = reading.then(
    () => examined.abort(),
    () => examined.abort(),
  );
  const lost = await Promise.race([isOver.then(() => false), isLostMeanwhile(plane, examined.signal)]);
  return lost ? away(plane) : reading;
}

/** The database may go while it is read: the reads wait for a primary for longer than anybody waits for this page. */
async function isLostMeanwhile({ database, clock }: Plane, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    await clock.sleep(PROBE_EVERY_MS, over);
    if (!over.aborted && !(await database.reachable())) return true;
  }
  return false;
}

async function examine(plane: Plane, tenantId: string): Promise<Examined> {
  const c = plane.collections;
  // What was inserted raw a moment ago counts as due; but no majority, no adoption, and that must be told all the same.
  await Promise.race([plane.adoption.flush().catch(() => undefined), plane.clock.sleep(ADOPTED_WITHIN_MS)]);
  const [listening, stale, members, oplog, consumers, malformed, sizes, settings, held] = await Promise.all([
    readListening(plane, tenantId),
    countStaleRecords(plane, tenantId),
    replicaSetMembers(c).catch(() => []),
    oplogState(c).catch(() => null),
    listConsumerPage(c, tenantId, { limit: CONSUMERS_SHOWN }, row => toConsumer(plane, row)),
    readMalformed(c, tenantId, MALFORMED_SHOWN),
    storageSizes(c, tenantId === DEFAULT_TENANT),
    plane.settings.get(tenantId),
    findHeldAccounts(c, tenantId, HELD_ACCOUNTS_SHOWN),
  ]);
  const reasons: string[] = [];
  const isUnheard = isNobodyListening(listening);
  if (isUnheard) reasons.push(nobodyListeningReason(listening));
  if (plane.stream?.state() === 'reconnecting')
    reasons.push('The change stream is reconnecting; events are late, none is lost.');
  reasons.push(...consumers.items.map(row => behindReason(row, oplog)).filter(reason => reason !== null));
  reasons.push(...held.map(accountHeldReason));
  const unwell = members.filter(({ state }) => !['PRIMARY', 'SECONDARY', 'ARBITER'].includes(state));
  for (const { host, state } of unwell) reasons.push(`Replica set member ${host} is ${state}.`);
  const { orchestratorsConnected, oldestDueSeconds } = listening;
  const health: SystemHealth = {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons,
    eventsPerSecond: plane.stream?.eventsPerSecond() ?? 0,
    orchestratorsConnected,
    oldestDueSeconds,
    staleRecords: stale,
    replicaSet: { members },
    oplogWindowHours: oplog?.windowHours ?? null,
    consumers: consumers.items.map(({ name, lagSeconds, tokenAgeSeconds }) => ({ name, lagSeconds, tokenAgeSeconds })),
    heldAccounts: held.map(({ account, retryNotBefore }) => ({ account, until: retryNotBefore.toISOString() })),
    malformed,
    storage: sizes.map(size => ({ ...size, bound: boundOf(size.collection, settings.retention) })),
  };
  return { health, isNobodyListening: isUnheard };
}

async function readListening(plane: Plane, tenantId: string): Promise<Listening> {
  const c = plane.collections;
  const [orchestratorsConnected, secondsWithout, oldestDueSeconds, { dispatchPaused }] = await Promise.all([
    countOrchestrators(c, tenantId),
    secondsWithoutOrchestrator(c, tenantId),
    oldestDue(plane, tenantId),
    plane.settings.get(tenantId),
  ]);
  return { orchestratorsConnected, secondsWithout, oldestDueSeconds, dispatchPaused };
}

/** What is known without the database: that it is away. */
function away(plane: Plane): Examined {
  const health: SystemHealth = {
    status: 'down',
    reasons: ['The database cannot be reached. Nothing is lost; work goes on by itself when it is back.'],
    eventsPerSecond: plane.stream?.eventsPerSecond() ?? 0,
    orchestratorsConnected: 0,
    staleRecords: 0,
    oldestDueSeconds: null,
    replicaSet: { members: [] },
    oplogWindowHours: null,
    consumers: [],
    heldAccounts: [],
    malformed: { count: 0, recent: [] },
    storage: [],
  };
  return { health, isNobodyListening: false };
}
