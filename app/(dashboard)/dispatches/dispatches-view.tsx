'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { ClearAllFilters, ClearFilters } from '@/app/_ui/clear-filters';
import { troubleOf } from '@/app/_live/api';
import { ChoiceBar } from '@/app/_ui/choice-bar';
import { EmptyState } from '@/app/_ui/empty-state';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount } from '@/app/_ui/number';
import { PageHeader } from '@/app/_ui/page-header';
import { SelectField } from '@/app/_ui/select-field';
import { SkeletonRows } from '@/app/_ui/skeleton-rows';
import { useMedia, useNarrow } from '@/app/_ui/use-media';
import { VirtualRows } from '@/app/_ui/virtual-rows';
import { useAgentChoices } from '../_queries/use-agent-types';
import { DISPATCH_CARD_PX, DISPATCH_ROW_PX, DispatchCard, DispatchHead, DispatchLine } from './dispatch-line';
import {
  DISPATCH_STATES,
  STATE_WORDS,
  isApart,
  statusesOver,
  type DispatchState,
  type StateCounts,
} from './dispatch-states';
import { useDispatches } from './use-dispatches';

const ANY = 'any';
const ALL = 'open';
/** Below this there is no room for what the work is called. */
const NO_ROOM_FOR_COLUMNS = '(max-width: 1023px)';

/** Every attempt that somebody holds now, and those that came to nothing; each leads to where it can be stopped. */
export function DispatchesView() {
  const [{ state, agentType }, set] = useQueryStates({
    state: parseAsStringLiteral(DISPATCH_STATES),
    agentType: parseAsString,
  });
  const list = useDispatches(state, agentType);
  const agents = useAgentChoices(agentType);
  const narrow = useNarrow();
  const asCards = useMedia(NO_ROOM_FOR_COLUMNS);
  const isFiltered = state !== null || agentType !== null;
  const clear = () => void set(null);
  return (
    <div className="absolute inset-0 mx-auto flex w-full max-w-[1440px] flex-col p-3 sm:p-5">
      <PageHeader title="Dispatches" note="Attempts at work: who has it, how far it is, when it was last heard of" />
      <section
        aria-label="Dispatches"
        className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface"
      >
        <div className="flex items-center gap-2 border-b border-border p-2 sm:flex-wrap">
          <ChoiceBar
            label="State"
            value={state ?? ALL}
            choices={choicesOf(list.counts, list.openCount)}
            onChoose={value => void set({ state: value === ALL ? null : (value as DispatchState) })}
            compact={narrow}
            className={narrow ? 'filter' : ''}
          />
          <SelectField
            hideLabel
            label="Agent type"
            className="filter w-40 sm:ml-auto"
            value={agentType ?? ANY}
            choices={[{ value: ANY, label: 'any agent' }, ...agents]}
            onChange={value => void set({ agentType: value === ANY ? null : value })}
          />
          {/* Beside both fields, where there is no room for its word. */}
          {isFiltered ? <ClearFilters onClear={clear} isIcon={narrow} /> : null}
        </div>
        <Rows list={list} state={state} agentType={agentType} asCards={asCards} onClear={clear} />
      </section>
    </div>
  );
}

/** Of what is over there is no count: it only grows, and is kept for as long as retention says. */
const choicesOf = (counts: StateCounts | null, open: number | null) => [
  { value: ALL, label: 'All open', count: open },
  ...DISPATCH_STATES.map(state => ({
    value: state,
    label: STATE_WORDS[state].label,
    ...(statusesOver(state) === null ? { count: counts === null ? null : counts[state] } : {}),
  })),
];

interface RowsProps {
  list: ReturnType<typeof useDispatches>;
  state: DispatchState | null;
  agentType: string | null;
  asCards: boolean;
  onClear: () => void;
}

function Rows({ list, state, agentType, asCards, onClear }: RowsProps) {
  if (list.isError && list.items.length === 0) {
    return (
      <ErrorState title="Dispatches could not be read" {...troubleOf(list.error)} onRetry={() => void list.refetch()} />
    );
  }
  if (list.isPending) return <SkeletonRows rows={12} />;
  if (list.items.length === 0) return <Nothing state={state} agentType={agentType} onClear={onClear} />;
  return (
    <>
      {list.isCut ? (
        <p className="border-b border-border px-4 py-2 text-xs text-muted">
          {isApart(state)
            ? `The latest ${formatCount(list.items.length)} of more.`
            : `${formatCount(list.items.length)} of more: what is stuck or quiet, and the latest of the rest.`}{' '}
          Choose an agent type for the others.
        </p>
      ) : null}
      {asCards ? null : <DispatchHead />}
      <VirtualRows
        label={statusesOver(state) === null ? 'Dispatches, what may need you first' : 'Dispatches, the latest first'}
        items={list.items}
        keyOf={dispatch => dispatch.id}
        rowHeight={asCards ? DISPATCH_CARD_PX : DISPATCH_ROW_PX}
        onEnd={list.loadMore}
        className="flex-1"
        render={dispatch => (asCards ? <DispatchCard dispatch={dispatch} /> : <DispatchLine dispatch={dispatch} />)}
      />
    </>
  );
}

function Nothing({ state, agentType, onClear }: Pick<RowsProps, 'state' | 'agentType' | 'onClear'>) {
  if (state === null && agentType === null) {
    return (
      <EmptyState
        title="Nothing is being worked on. What an orchestrator has claimed stands here, live."
        command="npm run orchestrator -- --exec claude"
      />
    );
  }
  return (
    <EmptyState
      title={state === null ? 'Nothing is being worked on.' : STATE_WORDS[state].none}
      action={<ClearAllFilters onClear={onClear} />}
    >
      {agentType === null ? null : `Only what ${agentType} works on is listed.`}
    </EmptyState>
  );
}
