'use client';
import { HUMAN, PRIORITIES } from '@/lib/domain/fields';
import { THREAD_STATUSES } from '@/lib/domain/thread/schema';
import { ClearFilters } from '@/app/_ui/clear-filters';
import { SearchBox } from '@/app/_ui/search-box';
import { SelectField, type Choice } from '@/app/_ui/select-field';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import type { useThreadFilters } from './use-thread-filters';

const ANY = 'any';
const words = (label: string, values: readonly string[]): Choice[] => [
  { value: ANY, label },
  ...values.map(value => ({ value, label: value })),
];
const orNull = <T extends string>(value: string): T | null => (value === ANY ? null : (value as T));

export function ThreadFilterBar({ state, compact }: { state: ReturnType<typeof useThreadFilters>; compact: boolean }) {
  const { filters, set, isFiltered, clear } = state;
  const agents = useAgentChoices(filters.assignedTo === HUMAN ? null : filters.assignedTo);
  const projects = useProjectNames().choices;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-border p-2">
      <SearchBox
        label="Find in threads"
        value={filters.q}
        onChange={q => void set({ q: q || null })}
        className={compact ? 'w-full' : 'w-full sm:w-64'}
      />
      {compact ? null : (
        <>
          <SelectField
            hideLabel
            label="Status"
            className="filter w-32"
            value={filters.status ?? ANY}
            choices={words('any status', THREAD_STATUSES)}
            onChange={value => void set({ status: orNull(value) })}
          />
          <SelectField
            hideLabel
            label="Priority"
            className="filter w-34"
            value={filters.priority ?? ANY}
            choices={words('any priority', PRIORITIES)}
            onChange={value => void set({ priority: orNull(value) })}
          />
          <SelectField
            hideLabel
            label="Assigned to"
            className="filter w-40"
            value={filters.assignedTo ?? ANY}
            choices={[{ value: ANY, label: 'any agent' }, { value: HUMAN, label: HUMAN }, ...agents]}
            onChange={value => void set({ assignedTo: orNull(value) })}
          />
          {projects.length > 0 ? (
            <SelectField
              hideLabel
              label="Project"
              className="filter w-44"
              value={filters.project ?? ANY}
              choices={[{ value: ANY, label: 'any project' }, ...projects]}
              onChange={value => void set({ project: orNull(value) })}
            />
          ) : null}
        </>
      )}
      {isFiltered ? <ClearFilters onClear={() => void clear()} /> : null}
    </div>
  );
}
