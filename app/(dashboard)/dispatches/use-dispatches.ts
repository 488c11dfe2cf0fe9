import { useMemo } from 'react';
import { OPEN_DISPATCH_STATUSES, type DispatchRecord } from '@/lib/domain/dispatch/schema';
import { useLiveAll } from '@/app/_live/use-live-all';
import { useLiveList } from '@/app/_live/use-live-list';
import { useDecay } from '../_queries/use-decay';
import { byTrouble, countStates, isIn, statusesOver, type DispatchState } from './dispatch-states';

/** What an agent type calls quiet and stuck holds for what runs already. */
const STALE_ON = ['dispatch-created', 'dispatch-updated', 'dispatch-deleted', 'agent-type-updated'] as const;
const GAP_MS = 1_000;
const PATH = '/api/dispatches';

/** All that is open, what may need somebody first: what runs is bounded by the limits of the agent types. */
function useOpenDispatches(agentType: string | null) {
  const key = useMemo(() => ['open-dispatches', agentType], [agentType]);
  const query = { status: OPEN_DISPATCH_STATUSES.join(','), agentType };
  const open = useLiveAll<DispatchRecord>({ key, path: PATH, query, staleOn: STALE_ON });
  const items = useMemo(() => (open.data?.items ?? []).toSorted(byTrouble), [open.data]);
  // Silence is told by no event, and neither is a heartbeat.
  const isDecaying = items.some(dispatch => isIn('running', dispatch));
  useDecay({ key, gapMs: GAP_MS, isDecaying, readAt: open.dataUpdatedAt });
  const known = open.data === undefined ? { counts: null, openCount: null } : null;
  return { ...open, items, ...(known ?? { counts: countStates(items), openCount: items.length }) };
}

/** The dispatches of one state, or all that are open, with how many of these there are. */
export function useDispatches(state: DispatchState | null, agentType: string | null) {
  const open = useOpenDispatches(agentType);
  const statuses = statusesOver(state);
  const over = useLiveList<DispatchRecord>({
    key: ['dispatches-over', statuses, agentType],
    path: PATH,
    query: { status: statuses?.join(',') ?? null, agentType },
    staleOn: STALE_ON,
    enabled: statuses !== null,
  });
  const shown = useMemo(
    () => (state === null ? open.items : open.items.filter(dispatch => isIn(state, dispatch))),
    [open.items, state],
  );
  const { counts, openCount } = open;
  if (statuses !== null) return { ...over, counts, openCount, isCut: false };
  return { ...open, items: shown, loadMore: undefined, isCut: open.data?.isCut ?? false };
}
