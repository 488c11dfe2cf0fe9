'use client';
import { useConnection, type BadgeState } from '@/app/_live/use-connection';
import { formatAge } from '@/app/_ui/duration';
import { Lamp } from '@/app/_ui/lamp';
import { LAMP_TEXT, type Lamp as LampName } from '@/app/_ui/status';
import { useNow } from '@/app/_ui/use-now';

const LAMPS: Record<BadgeState, LampName> = { live: 'done', reconnecting: 'waiting', offline: 'failed' };
const MEANS: Record<BadgeState, string> = {
  live: 'Every change shows at once',
  reconnecting: 'The stream is being opened; what changed meanwhile comes with it',
  offline: 'No connection; the page shows what it last knew, and keeps trying',
};
const STEP_MS = 500;

/** Whether the page is true now: the state of the one live connection, and how old its last sign of life is. */
export function LiveBadge() {
  const { state, lastSignalAt, retry } = useConnection();
  const lamp = LAMPS[state];
  return (
    <button
      type="button"
      data-testid="live-badge"
      data-state={state}
      title={MEANS[state]}
      onClick={state === 'live' ? undefined : retry}
      className="touch inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-border px-2 text-2xs whitespace-nowrap"
    >
      {state === 'live' ? (
        <svg viewBox="0 0 16 16" aria-hidden className={`size-3 ${LAMP_TEXT[lamp]}`}>
          <circle cx="8" cy="8" r="5" fill="currentColor" />
        </svg>
      ) : (
        <Lamp lamp={lamp} className="size-3" />
      )}
      <span role="status" className={`font-semibold tracking-wide ${LAMP_TEXT[lamp]}`}>
        {state.toUpperCase()}
      </span>
      <SignalAge lastSignalAt={lastSignalAt} />
    </button>
  );
}

function SignalAge({ lastSignalAt }: { lastSignalAt: () => number | null }) {
  const now = useNow(STEP_MS);
  const at = lastSignalAt();
  if (at === null || now === 0) return null;
  return (
    <span className="tabular hidden min-w-13 text-right text-muted sm:inline">
      {formatAge(Math.max(0, now - at))} ago
    </span>
  );
}
