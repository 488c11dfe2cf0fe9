'use client';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { REPORT_KINDS, type Report } from '@/lib/domain/report/schema';
import type { Run } from '@/lib/domain/run/schema';
import type { Task } from '@/lib/domain/task/schema';
import { troubleOf } from '@/app/_live/api';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { SwitchInput } from '@/app/_ui/switch-input';
import { MoreButton, PORTION } from './more-button';
import { ReportItem } from './report-item';
import { troubleFirst } from './report-words';
import { useRunReports } from './use-run';
import { useTroubleFirst } from './use-trouble-first';

const ANY = 'any';
const CHOICES = [{ value: ANY, label: 'any kind' }, ...REPORT_KINDS.map(value => ({ value, label: value }))];

/** What its agents said, in the order they said it. */
export function RunReports({ run, tasks }: { run: Run; tasks: readonly Task[] }) {
  const [kind, setKind] = useQueryState('kind', parseAsStringLiteral(REPORT_KINDS));
  const [isTroubleFirst, setTroubleFirst] = useTroubleFirst();
  const [most, setMost] = useState(PORTION);
  const reports = useRunReports(run.id, kind ?? undefined);
  const byId = useMemo(() => new Map(tasks.map(task => [task.id, task])), [tasks]);
  const ordered = useMemo(() => {
    const inOrder = (reports.data?.items ?? []).toReversed();
    return isTroubleFirst ? troubleFirst(inOrder, byId) : inOrder;
  }, [reports.data, isTroubleFirst, byId]);
  if (reports.isError && reports.data === undefined) {
    return (
      <ErrorState
        title="Reports could not be read"
        {...troubleOf(reports.error)}
        onRetry={() => void reports.refetch()}
      />
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-border px-2 py-1.5">
        <SelectField
          hideLabel
          label="Kind"
          className="filter w-32"
          value={kind ?? ANY}
          choices={CHOICES}
          onChange={value => void setKind(value === ANY ? null : (value as Report['kind']))}
        />
        <span className="ml-auto pr-2">
          <SwitchInput label="Blockers first" value={isTroubleFirst} onChange={setTroubleFirst} />
        </span>
      </div>
      {reports.data === undefined ? (
        <SkeletonRows rows={6} />
      ) : ordered.length === 0 ? (
        <EmptyState
          title={
            kind === null
              ? 'What its agents hand over, report, ask and hand in stands here, as they say it.'
              : `No ${kind} was reported.`
          }
        />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="group" aria-label="Reports">
          {reports.data.isCut ? (
            <p className="px-4 pt-2 text-xs text-muted">The latest {ordered.length}; older ones are in the trace.</p>
          ) : null}
          <ul className="divide-y divide-separator">
            {ordered.slice(0, most).map(report => (
              <ReportItem key={report.id} report={report} task={byId.get(report.taskId)} />
            ))}
          </ul>
          <MoreButton shown={most} of={ordered.length} onMore={() => setMost(most + PORTION)} />
        </div>
      )}
    </div>
  );
}
