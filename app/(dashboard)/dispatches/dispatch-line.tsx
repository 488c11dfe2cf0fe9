import Link from 'next/link';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { TimeAgo } from '@/app/_ui/time-ago';
import { useNow } from '@/app/_ui/use-now';
import { useAgentTypes } from '../_queries/use-agent-types';
import { firstLine } from '../_work/first-line';
import { placeOf, silenceOf, sinceOf, wordOf } from './dispatch-states';

export const DISPATCH_ROW_PX = 36;
export const DISPATCH_CARD_PX = 80;
const GRID =
  'grid grid-cols-[6.5rem_9rem_minmax(0,5fr)_minmax(0,4fr)_5rem_5rem] xl:grid-cols-[6.5rem_9rem_minmax(0,5fr)_minmax(0,4fr)_8rem_3.5rem_5rem_5rem] items-center gap-3 px-4';

export function DispatchHead() {
  return (
    <div aria-hidden className={`${GRID} h-8 shrink-0 border-b border-border text-xs text-muted`}>
      <span>state</span>
      <span>agent</span>
      <span>work</span>
      <span>progress</span>
      <span className="hidden xl:block">claimed by</span>
      <span className="hidden text-right xl:block">attempt</span>
      <span className="text-right">since</span>
      <span className="text-right">last heard</span>
    </div>
  );
}

const titleOf = ({ title }: DispatchRecord): string => (title === null ? NO_DATA : firstLine(title));

export function DispatchLine({ dispatch }: { dispatch: DispatchRecord }) {
  return (
    <Link
      href={placeOf(dispatch)}
      prefetch={false}
      className={`${GRID} h-full border-b border-separator text-table hover:bg-surface-secondary focus-visible:-outline-offset-2`}
    >
      <StatusWord status={wordOf(dispatch)} />
      <span className="truncate text-muted">{dispatch.agentType}</span>
      <span dir="auto" className="truncate font-medium">
        {titleOf(dispatch)}
      </span>
      <Progress dispatch={dispatch} aged />
      <span className="hidden truncate text-muted xl:block">{dispatch.consumer}</span>
      <span className="tabular hidden text-right xl:block">{dispatch.attempt}</span>
      <TimeAgo at={sinceOf(dispatch)} className="text-right text-muted" />
      <TimeAgo at={dispatch.times.lastHeartbeatAt} className="text-right text-muted" />
    </Link>
  );
}

export function DispatchCard({ dispatch }: { dispatch: DispatchRecord }) {
  const { error, progress, times } = dispatch;
  const { lastHeartbeatAt } = times;
  return (
    <Link
      href={placeOf(dispatch)}
      prefetch={false}
      className="flex h-full flex-col justify-center gap-0.5 border-b border-separator px-4 hover:bg-surface-secondary focus-visible:-outline-offset-2"
    >
      <span className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate text-table font-medium">
          {titleOf(dispatch)}
        </span>
        <TimeAgo at={sinceOf(dispatch)} className="text-xs text-muted" />
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        <StatusWord status={wordOf(dispatch)} className="shrink-0" />
        <span className="truncate">{dispatch.agentType}</span>
        {dispatch.attempt > 1 ? <span className="whitespace-nowrap">attempt {dispatch.attempt}</span> : null}
        {lastHeartbeatAt === null ? null : (
          <span className="ml-auto whitespace-nowrap">
            heard <TimeAgo at={lastHeartbeatAt} />
          </span>
        )}
      </span>
      <span className="flex min-w-0 text-xs text-muted">
        {error === null && progress === null && !isSilent(dispatch) ? (
          <span className="truncate">claimed by {dispatch.consumer}</span>
        ) : (
          <Progress dispatch={dispatch} />
        )}
      </span>
    </Link>
  );
}

/** In whole steps, so that a row does not flicker. */
const SILENCE_STEP_MS = 5_000;

function useSilence(dispatch: DispatchRecord): string | null {
  const types = useAgentTypes().data?.items;
  const now = useNow(SILENCE_STEP_MS);
  return silenceOf(dispatch, types?.find(({ slug }) => slug === dispatch.agentType)?.thresholds, now);
}

const said = (silence: string, state: string | undefined): string => (state ? `${silence}\n${state}` : silence);
const isSilent = (dispatch: DispatchRecord): boolean => ['stuck', 'quiet'].includes(wordOf(dispatch));

/** How far it is, in its own words; of what failed, why; of what passed a limit of silence, which. `aged`: and how old these are. */
function Progress({ dispatch, aged = false }: { dispatch: DispatchRecord; aged?: boolean }) {
  const { error, progress } = dispatch;
  const silence = useSilence(dispatch);
  if (error !== null) {
    return (
      <span className={`truncate text-xs ${LAMP_TEXT.failed}`} title={error}>
        {firstLine(error)}
      </span>
    );
  }
  if (silence !== null) {
    return (
      <span className="flex min-w-0 flex-1 items-baseline gap-2 text-xs" title={said(silence, progress?.state)}>
        {progress ? <span className="tabular shrink-0 text-foreground">{Math.round(progress.percent)} %</span> : null}
        <span className={`tabular min-w-0 truncate ${LAMP_TEXT[meaningOf(wordOf(dispatch)).lamp]}`}>{silence}</span>
      </span>
    );
  }
  if (progress === null) return <span className="text-muted">{NO_DATA}</span>;
  return (
    <span className="flex min-w-0 flex-1 items-baseline gap-2 text-xs">
      <span className="tabular shrink-0 text-foreground">{Math.round(progress.percent)} %</span>
      <span className="min-w-0 truncate text-muted" title={progress.state || undefined}>
        {progress.state}
      </span>
      {aged ? <TimeAgo at={progress.at} className="ml-auto shrink-0 text-muted" /> : null}
    </span>
  );
}
