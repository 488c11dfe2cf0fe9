import { requirePermission } from '../../auth/policy';
import type { StatsQuery } from '../../domain/stats/query';
import type { Stats } from '../../domain/stats/schema';
import type { Context, Plane } from '../context';
import { SharedReads } from '../../kernel/shared-reads';
import { readStats } from './read-stats';

/** Belongs to the plane, and goes with it. */
const reads = new WeakMap<Plane, SharedReads<Stats>>();

/** Ten dashboards cost one read: those who ask at once share it. */
export function getStats({ plane, principal }: Context, { windowSeconds }: StatsQuery): Promise<Stats> {
  requirePermission(principal, 'stats:read');
  const shared = reads.get(plane) ?? new SharedReads<Stats>(plane.clock);
  reads.set(plane, shared);
  const { tenantId } = principal;
  return shared.read(`${tenantId}/${windowSeconds}`, () => readStats(plane, tenantId, windowSeconds));
}
