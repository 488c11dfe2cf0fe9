'use client';
import { Button } from '@heroui/react/button';
import { Plus } from 'lucide-react';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { TASK_STATUSES, type Task } from '@/lib/domain/task/schema';
import { ClearAllFilters, ClearFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { useMay } from '@/app/_live/session';
import { useLiveList } from '@/app/_live/use-live-list';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { SearchBox } from '@/app/_ui/search-box';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { useAgentChoices } from '../_queries/use-agent-types';
import { BulkDialog } from './bulk-dialog';
import { NewTaskDialog } from './new-task-dialog';
import { TASK_CARD_PX, TASK_ROW_PX, TaskCard, TaskHead, TaskRow } from './task-row';

const RAW_INSERT = `db.tasks.insertOne({assignedTo: "research", title: "Compare three CRM systems"})`;
const ANY = 'any';
const STATUS_CHOICES = [{ value: ANY, label: 'any status' }, ...TASK_STATUSES.map(value => ({ value, label: value }))];

export function TaskList({ openId }: { openId: string | null }) {
  const [filters, set] = useQueryStates({
    q: parseAsString.withDefault(''),
    status: parseAsStringLiteral(TASK_STATUSES),
    assignedTo: parseAsString,
  });
  const [isNew, setNew] = useQueryState('new', parseAsBoolean.withDefault(false));
  const agents = useAgentChoices(filters.assignedTo);
  const may = useMay();
  const compact = useNarrow() || openId !== null;
  const [isBulk, setBulk] = useState(false);
  const query = { q: filters.q || null, status: filters.status, assignedTo: filters.assignedTo };
  const list = useLiveList<Task>({
    key: ['tasks', filters],
    path: '/api/tasks',
    query,
    staleOn: ['task-created', 'task-updated', 'task-deleted'],
  });
  const isFiltered = filters.q !== '' || filters.status !== null || filters.assignedTo !== null;
  return (
    <>
      <PageHeader
        title="Tasks"
        actions={
          may.work ? (
            <Button size="sm" onPress={() => void setNew(true)}>
              <Plus /> New task
            </Button>
          ) : null
        }
      />
      <section
        aria-label="Tasks"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <div className="flex flex-wrap items-center gap-2 border-b border-border p-2">
          <SearchBox
            label="Find in tasks"
            value={filters.q}
            onChange={q => void set({ q: q || null })}
            className={openId === null ? 'w-full sm:w-64' : 'w-full'}
          />
          {openId === null ? (
            <>
              <SelectField
                hideLabel
                label="Status"
                className="filter w-34"
                value={filters.status ?? ANY}
                choices={STATUS_CHOICES}
                onChange={value => void set({ status: value === ANY ? null : (value as Task['status']) })}
              />
              <SelectField
                hideLabel
                label="Assigned to"
                className="filter w-40"
                value={filters.assignedTo ?? ANY}
                choices={[{ value: ANY, label: 'any agent' }, ...agents]}
                onChange={value => void set({ assignedTo: value === ANY ? null : value })}
              />
            </>
          ) : null}
          {isFiltered ? <ClearFilters onClear={() => void set(null)} /> : null}
          {isFiltered && may.work && list.items.length > 0 ? (
            <Button size="sm" variant="outline" className="ml-auto" onPress={() => setBulk(true)}>
              All that match
            </Button>
          ) : null}
        </div>
        {list.isError && list.items.length === 0 ? (
          <ErrorState title="Tasks could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <SkeletonRows rows={12} />
        ) : list.items.length === 0 && isFiltered ? (
          <EmptyState title="No task matches." action={<ClearAllFilters onClear={() => void set(null)} />} />
        ) : list.items.length === 0 ? (
          <EmptyState
            title="Work with a result stands here: what is asked, of whom, and what came of it."
            command={RAW_INSERT}
          >
            {may.work
              ? 'Hand one out with New task, start a run, whose planner makes its own, or insert one straight into the database:'
              : 'Any driver may insert one:'}
          </EmptyState>
        ) : (
          <>
            {compact ? null : <TaskHead />}
            <VirtualRows
              label="Tasks, the latest first"
              items={list.items}
              keyOf={task => task.id}
              rowHeight={compact ? TASK_CARD_PX : TASK_ROW_PX}
              onEnd={list.loadMore}
              openKey={openId}
              className="flex-1"
              render={task =>
                compact ? <TaskCard task={task} isOpen={task.id === openId} /> : <TaskRow task={task} />
              }
            />
          </>
        )}
      </section>
      <BulkDialog isOpen={isBulk} onClose={() => setBulk(false)} query={query} />
      <NewTaskDialog isOpen={isNew} onClose={() => void setNew(null)} />
    </>
  );
}
