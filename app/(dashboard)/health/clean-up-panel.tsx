'use client';
import { Button } from '@heroui/react/button';
import { toast } from '@heroui/react/toast';
import { useState } from 'react';
import type { CleanUpReport } from '@/lib/domain/maintenance/schema';
import { api } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useAction } from '@/app/_live/use-action';
import { EmptyState } from '@/app/_ui/empty-state';
import { formatCount, plural } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { TimeAgo } from '@/app/_ui/time-ago';

/** Records named on the page; the counts cover all. */
const SHOWN = 50;

/** What processes that died left behind: first a list of exactly what would go, then the button that does it. */
export function CleanUpPanel({ stale }: { stale: number }) {
  const may = useMay();
  const [found, setFound] = useState<CleanUpReport | null>(null);
  const clean = useAction<boolean, CleanUpReport>({
    run: dryRun => api.post<CleanUpReport>('/api/maintenance/cleanup', { dryRun }),
    refreshes: [['health']],
    onDone: report => {
      setFound(report.dryRun ? report : null);
      if (!report.dryRun) toast.success(`Cleaned up: ${plural(report.total, 'record')}`);
    },
    onRefused: detail => void toast.danger('Not cleaned up', { description: detail }),
  });
  const press = (dryRun: boolean) => () => clean.isPending || clean.mutate(dryRun);
  return (
    <Panel
      id="clean-up"
      title="Clean-up"
      note={plural(stale, 'stale record')}
      scrolls="both ways"
      actions={
        may.work ? (
          <>
            <Button size="sm" variant="ghost" onPress={press(true)}>
              List them
            </Button>
            {found !== null && found.total > 0 ? (
              <Button size="sm" isPending={clean.isPending} onPress={press(false)}>
                {`Clean up ${formatCount(found.total)}`}
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      {found === null ? (
        <EmptyState title="Sessions, claims, calls and consumers that nobody will end, and what is past retention. It runs by itself every ten minutes." />
      ) : found.total === 0 ? (
        <EmptyState title="Nothing is stale." />
      ) : (
        <StaleList report={found} />
      )}
    </Panel>
  );
}

function StaleList({ report: { items, total } }: { report: CleanUpReport }) {
  const shown = items.slice(0, SHOWN);
  return (
    <ul className="flex flex-col divide-y divide-separator">
      {shown.map(({ kind, id, what, since }) => (
        <li key={`${kind}/${id}`} className="flex items-baseline gap-3 px-4 py-2 text-table">
          <span className="whitespace-nowrap">{kind.replaceAll('-', ' ')}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{what}</span>
          {since === null ? null : <TimeAgo at={since} className="text-xs text-muted" />}
        </li>
      ))}
      {total > shown.length ? (
        <li className="px-4 py-2 text-xs text-muted">{`and ${formatCount(total - shown.length)} more`}</li>
      ) : null}
    </ul>
  );
}
