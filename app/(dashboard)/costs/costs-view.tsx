'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { COST_DIMENSIONS, type Costs } from '@/lib/domain/costs/schema';
import { troubleOf } from '@/app/_live/api';
import { useLiveQuery } from '@/app/_live/use-live-query';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { PageHeader } from '@/app/_ui/page-header';
import { Panel } from '@/app/_ui/panel';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { CostsTable } from './costs-table';
import { DayInput } from './day-input';

type Dimension = (typeof COST_DIMENSIONS)[number];
const WORDS: Record<Dimension, string> = {
  client: 'client',
  brand: 'brand',
  project: 'project',
  agentType: 'agent type',
  run: 'run',
};
const CHOICES = COST_DIMENSIONS.map(value => ({ value, label: `by ${WORDS[value]}` }));
/** Sums over a month: a page that follows each end of work would ask for nothing else. */
const GAP_MS = 5_000;

export function CostsView() {
  const [query, set] = useQueryStates({
    by: parseAsStringLiteral(COST_DIMENSIONS).withDefault('agentType'),
    from: parseAsString,
    to: parseAsString,
  });
  const costs = useLiveQuery<Costs>({
    key: ['costs', query],
    path: '/api/costs',
    query,
    staleOn: ['dispatch-updated'],
    gapMs: GAP_MS,
  });
  const { data } = costs;
  // What the server counted, also where nobody chose.
  const shown = { from: query.from ?? data?.from.slice(0, 10) ?? '', to: query.to ?? lastDay(data?.to) };
  return (
    <>
      <PageHeader title="Costs" note="What agents told of their use; days are UTC" />
      <Panel
        title={`By ${WORDS[query.by]}`}
        scrolls="sideways"
        actions={
          <div className="grid grid-cols-2 items-center gap-x-3 gap-y-2 py-1 sm:flex sm:py-0">
            <DayInput label="From" value={shown.from} max={shown.to} onChange={from => void set({ from })} />
            <DayInput label="To" value={shown.to} min={shown.from} onChange={to => void set({ to })} />
            <SelectField
              hideLabel
              label="Split"
              className="filter col-span-2 w-36"
              value={query.by}
              choices={CHOICES}
              onChange={by => void set({ by: by as Dimension })}
            />
          </div>
        }
      >
        {costs.isError && data === undefined ? (
          <ErrorState
            title="Costs could not be read"
            {...troubleOf(costs.error)}
            onRetry={() => void costs.refetch()}
          />
        ) : data === undefined ? (
          <SkeletonRows rows={6} />
        ) : data.items.length === 0 ? (
          <EmptyState title="No work ended in this time. What each type, client and run used would stand here." />
        ) : (
          <CostsTable costs={data} word={WORDS[query.by]} />
        )}
      </Panel>
    </>
  );
}

/** The end is exclusive: the day before it is the last one counted. */
const lastDay = (to: string | undefined): string =>
  to === undefined ? '' : new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
