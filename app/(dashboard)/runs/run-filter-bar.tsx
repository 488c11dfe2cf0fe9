'use client';
import { RUN_STATUSES, type RunStatus } from '@/lib/domain/run/schema';
import { ClearFilters } from '@/app/_ui/clear-filters';
import { SearchBox } from '@/app/_ui/search-box';
import { SelectField } from '@/app/_ui/select-field';
import { useAgentChoices } from '../_queries/use-agent-types';
import { useProjectNames } from '../_queries/use-projects';
import type { RunFilterState } from './use-run-filters';

const ANY = 'any';
const STATUS_CHOICES = [{ value: ANY, label: 'any status' }, ...RUN_STATUSES.map(value => ({ value, label: value }))];
const orNull = <T extends string>(value: string): T | null => (value === ANY ? null : (value as T));

export function RunFilterBar({ state, compact }: { state: RunFilterState; compact: boolean }) {
  const { filters, set, isFiltered, clear } = state;
  const agents = useAgentChoices(filters.plannerType);
  const projects = useProjectNames().choices;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-border p-2">
      <SearchBox
        label="Find in runs"
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
            choices={STATUS_CHOICES}
            onChange={value => void set({ status: orNull<RunStatus>(value) })}
          />
          <SelectField
            hideLabel
            label="Planner"
            className="filter w-44"
            value={filters.plannerType ?? ANY}
            choices={[{ value: ANY, label: 'any planner' }, ...agents]}
            onChange={value => void set({ plannerType: orNull(value) })}
          />
          {projects.length > 0 ? (
            <SelectField
              hideLabel
              label="Project"
              className="filter w-44"
              value={filters.projectId ?? ANY}
              choices={[{ value: ANY, label: 'any project' }, ...projects]}
              onChange={value => void set({ projectId: orNull(value) })}
            />
          ) : null}
        </>
      )}
      {isFiltered ? <ClearFilters onClear={() => void clear()} /> : null}
    </div>
  );
}
