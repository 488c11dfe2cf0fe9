'use client';
import { Button } from '@heroui/react/button';
import { parseAsString, useQueryStates } from 'nuqs';
import type { Activity } from '@/lib/domain/activity/schema';
import { RECORD_EVENT_TYPES } from '@/lib/domain/event/schema';
import { ClearAllFilters, ClearFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { ActivityTable } from './activity-table';
import { ExportButton } from './export-button';

const ANY = 'any';
/** What the audit log speaks of. */
const SUBJECTS = [
  'agent-type',
  'message',
  'thread',
  'task',
  'run',
  'dispatch',
  'session',
  'project',
  'settings',
  'token',
  'tenant',
  'consumer',
];
const SUBJECT_CHOICES = [{ value: ANY, label: 'any subject' }, ...SUBJECTS.map(value => ({ value, label: value }))];

export function ActivityView() {
  const [filters, set] = useQueryStates({
    action: parseAsString,
    subjectKind: parseAsString,
    actorId: parseAsString,
    subjectId: parseAsString,
  });
  const { action, subjectKind, actorId, subjectId } = filters;
  const isFiltered = [action, subjectKind, actorId, subjectId].some(Boolean);
  const query = { action, subjectKind, actorId, subjectId };
  const list = useLiveList<Activity>({
    key: ['activity', filters],
    path: '/api/activity',
    query,
    staleOn: RECORD_EVENT_TYPES,
  });
  return (
    <div className="absolute inset-0 mx-auto flex w-full max-w-[1440px] flex-col p-3 sm:p-5">
      <PageHeader
        title="Activity"
        note="Who did what to what, and when"
        actions={list.items.length > 0 ? <ExportButton query={query} /> : null}
      />
      <section
        aria-label="Audit log"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <div className="flex flex-wrap items-center gap-2 border-b border-border p-2">
          <SelectField
            hideLabel
            label="Subject"
            className="filter w-40"
            value={subjectKind ?? ANY}
            choices={SUBJECT_CHOICES}
            onChange={value => void set({ subjectKind: value === ANY ? null : value })}
          />
          {action ? <Pinned label={action} onClear={() => void set({ action: null })} /> : null}
          {actorId ? <Pinned label={`by ${actorId}`} onClear={() => void set({ actorId: null })} /> : null}
          {subjectId ? <Pinned label={`about ${subjectId}`} onClear={() => void set({ subjectId: null })} /> : null}
          {isFiltered ? <ClearFilters onClear={() => void set(null)} /> : null}
        </div>
        {list.isError && list.items.length === 0 ? (
          <ErrorState
            title="The audit log could not be read"
            {...troubleOf(list.error)}
            onRetry={() => void list.refetch()}
          />
        ) : list.isPending ? (
          <SkeletonRows rows={14} />
        ) : list.items.length === 0 ? (
          <EmptyState
            title={isFiltered ? 'Nothing in the log matches.' : 'Every change and who made it stands here.'}
            action={isFiltered ? <ClearAllFilters onClear={() => void set(null)} /> : null}
          />
        ) : (
          <ActivityTable items={list.items} onEnd={list.loadMore} onPin={filter => void set(filter)} />
        )}
      </section>
    </div>
  );
}

function Pinned({ label, onClear }: { label: string; onClear: () => void }) {
  return (
    <Button
      size="sm"
      variant="outline"
      className="mono max-w-64 text-xs"
      aria-label={`Not only ${label}`}
      onPress={onClear}
    >
      <span className="truncate">{label}</span> ×
    </Button>
  );
}
