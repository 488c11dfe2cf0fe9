import { requirePermission } from '../../auth/policy';
import { readRawSettings } from '../../domain/settings/read-raw';
import { MOST_LISTED, type CleanUp, type CleanUpReport, type StaleRecord } from '../../domain/maintenance/schema';
import { SECOND_MS } from '../../kernel/clock';
import { COLLECTION_NAMES } from '../../store/collections';
import { countAllStale, countStale, findStale, STALE_RULES, type StaleQuery } from '../../store/stale-records';
import type { StaleRow, StaleRule } from '../../store/stale-records';
import { findSettings } from '../../store/settings';
import { recordActivity } from '../activity/record-activity';
import { systemContext, type Context, type Plane } from '../context';
import { finishStale } from './finish-stale';

/** Records a step: small enough that nobody waits for the lock of a long delete. */
const BATCH = 500;
/** A request is answered within this; what is left is the next run's, and the answer says how much. */
const MOST_MS = 20 * SECOND_MS;

/**
 * Ends and removes what is stale, or, dry, lists exactly that. Any number may run at once: each step takes only what is
 * still stale, so two share the work and neither does the other's twice.
 */
export async function cleanUp(ctx: Context, { dryRun }: CleanUp, signal?: AbortSignal): Promise<CleanUpReport> {
  requirePermission(ctx.principal, 'maintenance:run');
  const { plane, principal } = ctx;
  const query = await staleQuery(plane, principal.tenantId);
  if (dryRun) return look(plane, query);
  const report = await run(plane, query, signal);
  await recordRun(ctx, report);
  return report;
}

/** The same for each tenant, by nobody. A run that found nothing leaves no row in the log. */
export async function cleanUpAll(plane: Plane, signal: AbortSignal): Promise<void> {
  for (const tenantId of plane.tenants.all()) {
    if (signal.aborted) return;
    const report = await run(plane, await staleQuery(plane, tenantId), signal);
    if (report.total > 0) await recordRun(systemContext(plane, tenantId), report);
  }
}

/** What health shows: the count of the very same rules. */
export const countStaleRecords = async (plane: Plane, tenantId: string): Promise<number> =>
  countAllStale(plane.collections, await staleQuery(plane, tenantId));

async function staleQuery(plane: Plane, tenantId: string): Promise<StaleQuery> {
  const { retention } = readRawSettings({ ...(await findSettings(plane.collections, tenantId)) });
  return { tenantId, retention };
}

async function look(plane: Plane, query: StaleQuery): Promise<CleanUpReport> {
  const c = plane.collections;
  const found = new Findings();
  for (const rule of STALE_RULES) {
    const rows = await findStale(c, rule, query, MOST_LISTED);
    found.add(rule, rows, rows.length < MOST_LISTED ? rows.length : await countStale(c, rule, query));
  }
  return found.report(true, 0);
}

async function run(plane: Plane, query: StaleQuery, signal?: AbortSignal): Promise<CleanUpReport> {
  const untilMs = plane.clock.now() + MOST_MS;
  const isOver = () => signal?.aborted === true || plane.clock.now() >= untilMs;
  const found = new Findings();
  for (const rule of STALE_RULES) {
    for (let isMore = true; isMore && !isOver();) {
      const rows = await findStale(plane.collections, rule, query, BATCH);
      const finished = rows.length === 0 ? 0 : await finishStale(plane, rule, query, rows);
      found.add(rule, rows, finished);
      // Nothing of a whole batch: another process has it in hand.
      isMore = rows.length === BATCH && finished > 0;
    }
  }
  return found.report(false, await countAllStale(plane.collections, query));
}

/** Counts all, names the first of them. */
class Findings {
  readonly #counts = new Map<StaleRule, number>();
  readonly #items: StaleRecord[] = [];

  add(rule: StaleRule, rows: readonly StaleRow[], count: number): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + count);
    this.#items.push(...rows.slice(0, Math.max(0, MOST_LISTED - this.#items.length)).map(row => recordOf(rule, row)));
  }

  report(dryRun: boolean, remaining: number): CleanUpReport {
    const counts = STALE_RULES.map(rule => ({ ...shownOf(rule), count: this.#counts.get(rule) ?? 0 }));
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const omitted = Math.max(0, total - this.#items.length);
    return { dryRun, total, counts, items: this.#items, omitted, remaining: dryRun ? total : remaining };
  }
}

const shownOf = ({ kind, action, collection }: StaleRule) => ({
  kind,
  action,
  collection: COLLECTION_NAMES[collection],
});

const recordOf = (rule: StaleRule, { _id, at, what }: StaleRow): StaleRecord => ({
  ...shownOf(rule),
  id: String(_id),
  what,
  since: at.toISOString(),
});

async function recordRun(ctx: Context, { counts }: CleanUpReport): Promise<void> {
  const { tenantId } = ctx.principal;
  await recordActivity(ctx, {
    action: 'maintenance.cleanup',
    subject: { kind: 'tenant', id: tenantId },
    changes: counts
      .filter(({ count }) => count > 0)
      .map(({ kind, action, count }) => ({
        field: kind,
        before: count,
        after: action === 'end' ? 'ended' : 'removed',
      })),
  });
}
