import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { requirePermission } from '../../auth/policy';
import type { Context, Plane } from '../context';
import { examineSystem } from './system-health';

/** Process metrics are one set a process; prom-client refuses to register them twice. */
const processMetrics = new WeakMap<Plane, Registry>();

/** Samples of what has no figure yet, in a spelling that strict readers refuse. */
const NO_DATA = /^[^#\n].* NaN\n/gim;

/** Prometheus text. Labels stay few: no ids, no agent types of other tenants. */
export async function renderMetrics(ctx: Context): Promise<string> {
  requirePermission(ctx.principal, 'metrics:read');
  const { plane } = ctx;
  const { health, isNobodyListening } = await examineSystem({
    ...ctx,
    principal: { ...ctx.principal, role: 'viewer' },
  });
  const registry = new Registry();
  const figure = (name: string, help: string, value: number | null): void => {
    if (value === null) return;
    const described = { name: `switchboard_${name}`, help, registers: [registry] };
    if (name.endsWith('_total')) new Counter(described).inc(value);
    else new Gauge(described).set(value);
  };
  figure('up', '1 while the database answers', health.status === 'down' ? 0 : 1);
  figure('degraded', '1 while a reason stands on the health page', health.status === 'ok' ? 0 : 1);
  figure('orchestrators_connected', 'Orchestrators that listen now', health.orchestratorsConnected);
  figure('oldest_due_seconds', 'How long the oldest due work item has waited', health.oldestDueSeconds ?? 0);
  figure('nobody_listening', '1 while work is due and for ten seconds nobody listened', isNobodyListening ? 1 : 0);
  figure('stale_records', 'Records a clean-up would end or remove', health.staleRecords);
  figure('malformed_documents', 'Documents that cannot be worked with', health.malformed.count);
  figure('oplog_window_seconds', 'How far back a reader may resume', (health.oplogWindowHours ?? 0) * 3_600);
  for (const [name, { help, value }] of Object.entries(plane.stream?.counters() ?? {})) figure(name, help, value);
  const own = processMetrics.get(plane) ?? new Registry();
  if (!processMetrics.has(plane)) {
    collectDefaultMetrics({ register: own, prefix: 'switchboard_' });
    processMetrics.set(plane, own);
  }
  const text = await Registry.merge([registry, own]).metrics();
  return text.replace(NO_DATA, '');
}
