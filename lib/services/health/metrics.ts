import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { requirePermission } from '../../auth/policy';
import type { Context, Plane } from '../context';
import { examineSystem } from './system-health';

/** Process metrics are one set a process; prom-client refuses to register them twice. */
const processMetrics = new WeakMap<Plane, Registry>();

/** Prometheus text. Labels stay few: no ids, no agent types of other tenants. */
export async function renderMetrics(ctx: Context): Promise<string> {
  requirePermission(ctx.principal, 'metrics:read');
  const { plane } = ctx;
  const { health, isNobodyListening } = await examineSystem({
    ...ctx,
    principal: { ...ctx.principal, role: 'viewer' },
  });
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number | null): void => {
    if (value === null) return;
    new Gauge({ name: `switchboard_${name}`, help, registers: [registry] }).set(value);
  };
  gauge('up', '1 while the database answers', health.status === 'down' ? 0 : 1);
  gauge('degraded', '1 while a reason stands on the health page', health.status === 'ok' ? 0 : 1);
  gauge('orchestrators_connected', 'Orchestrators that listen now', health.orchestratorsConnected);
  gauge('oldest_due_seconds', 'How long the oldest due work item has waited', health.oldestDueSeconds ?? 0);
  gauge('nobody_listening', '1 while work is due and for ten seconds nobody listened', isNobodyListening ? 1 : 0);
  gauge('stale_records', 'Records a clean-up would end or remove', health.staleRecords);
  gauge('malformed_documents', 'Documents that cannot be worked with', health.malformed.count);
  gauge('oplog_window_seconds', 'How far back a reader may resume', (health.oplogWindowHours ?? 0) * 3_600);
  for (const [name, { help, value }] of Object.entries(plane.stream?.counters() ?? {})) gauge(name, help, value);
  const own = processMetrics.get(plane) ?? new Registry();
  if (!processMetrics.has(plane)) {
    collectDefaultMetrics({ register: own, prefix: 'switchboard_' });
    processMetrics.set(plane, own);
  }
  return Registry.merge([registry, own]).metrics();
}
