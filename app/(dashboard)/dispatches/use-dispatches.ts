import { useMemo } from 'react';
import { OPEN_DISPATCH_STATUSES, type DispatchRecord } from '@/lib/domain/dispatch/schema';
import { useLiveAll } from '@/app/_live/use-live-all';
import { useLiveList } from '@/app/_live/use-live-list';
import { useDecay } from '../_queries/use-decay';
import { byTrouble, gatherOpen, isApart, isIn, statusesOver, type DispatchState } from './dispatch-states';

/** What an agent type calls quiet and stuck holds for what runs already. */
const STALE_ON = ['dispatch-created', 'dispatch-updated', 'dispatch-deleted', 'agent-type-updated'] as const;
const GAP_MS = 1_000;
const PATH = '/api/dispatches';

const PARTS = {
  open: { status: OPEN_DISPATCH_STATUSES.join(',') },
  stuck: { status: 'running', liveness: 'stuck' },
  quiet: { status: 'running', liveness: 'quiet' },
  waiting: { status: 'waiting' },
};

function usePart(part: keyof typeof PARTS, agentType: string | null, enabled: boolean) {
  const key = useMemo(() => ['open-dispatches', part, agentType], [part, agentType]);
  const query = { ...PARTS[part], agentType };
  const read = useLiveAll<DispatchRecord>({ key, path: PATH, query, staleOn: STALE_ON, enabled });
  // Silence is told by no event, and neither is a heartbeat.
  const runs = read.data?.items.some(dispatch => isIn('running', dispatch)) ?? false;
  const isDecaying = enabled && (part === 'stuck' || part === 'quiet' || runs);
  useDecay({ key, gapMs: GAP_MS, isDecaying, readAt: read.dataUpdatedAt });
  return read;
}

/** All that is open, what may need somebody first. Past what one view reads at once, that is read by itself. */
function useOpenDispatches(agentType: string | null) {
  const open = usePart('open', agentType, true);
  const isCut = open.data?.isCut ?? false;
  const apart = {
    stuck: usePart('stuck', agentType, isCut),
    quiet: usePart('quiet', agentType, isCut),
    waiting: usePart('waiting', agentType, isCut),
  };
  const [stuck, quiet, waiting] = [apart.stuck.data, apart.quiet.data, apart.waiting.data];
  const gathered = useMemo(() => {
    if (open.data === undefined) return null;
    const { items, ...rest } = gatherOpen(open.data, { stuck, quiet, waiting });
    return { items: items.toSorted(byTrouble), ...rest };
  }, [open.data, stuck, quiet, waiting]);
  return { open, apart, isCut, gathered };
}

/** The dispatches of one state, or all that are open, with how many of these there are. */
export function useDispatches(state: DispatchState | null, agentType: string | null) {
  const { open, apart, isCut, gathered } = useOpenDispatches(agentType);
  const statuses = statusesOver(state);
  const over = useLiveList<DispatchRecord>({
    key: ['dispatches-over', statuses, agentType],
    path: PATH,
    query: { status: statuses?.join(',') ?? null, agentType },
    staleOn: STALE_ON,
    enabled: statuses !== null,
  });
  const shown = useMemo(() => {
    const items = gathered?.items ?? [];
    return state === null ? items : items.filter(dispatch => isIn(state, dispatch));
  }, [gathered, state]);
  const known = { counts: gathered?.counts ?? null, openCount: gathered?.openCount ?? null };
  if (statuses !== null) return { ...over, ...known, isCut: false };
  const read = isCut && isApart(state) ? apart[state] : open;
  return { ...read, items: shown, loadMore: undefined, ...known, isCut: read.data?.isCut ?? false };
}
