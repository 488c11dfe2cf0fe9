import type { SystemHealth } from '@/lib/domain/health/schema';
import { formatDuration } from '@/app/_ui/duration';
import { formatCount, formatRate } from '@/app/_ui/number';

export function NowPanel({ health }: { health: SystemHealth }) {
  const oldest = health.oldestDueSeconds;
  const figures = [
    { label: 'orchestrators', value: formatCount(health.orchestratorsConnected), note: 'connected now' },
    { label: 'events', value: `${formatRate(health.eventsPerSecond)}/s`, note: 'through the change stream' },
    {
      label: 'oldest due',
      value: oldest === null ? '–' : formatDuration(oldest * 1_000),
      note: 'work that waits to be claimed',
    },
    {
      label: 'oplog window',
      value: health.oplogWindowHours === null ? '–' : formatDuration(health.oplogWindowHours * 3_600_000),
      note: 'how far back one can resume',
    },
    { label: 'stale records', value: formatCount(health.staleRecords), note: 'for the clean-up' },
  ];
  return (
    <dl
      aria-label="Now"
      className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border md:grid-cols-5"
    >
      {figures.map(({ label, value, note }) => (
        <div key={label} className="flex flex-col bg-surface px-4 py-3 last:col-span-2 md:last:col-span-1">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="tabular text-xl leading-7 font-semibold tracking-tight">{value}</dd>
          <dd className="text-2xs text-muted">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
