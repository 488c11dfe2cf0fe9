'use client';
import Link from 'next/link';
import type { Stats } from '@/lib/domain/stats/schema';
import { troubleOf } from '@/app/_live/api';
import { formatDuration, NO_DATA } from '@/app/_ui/duration';
import { ErrorState } from '@/app/_ui/error-state';
import { formatCount, formatWindow } from '@/app/_ui/number';
import type { Lamp } from '@/app/_ui/status';
import { LAMP_TEXT } from '@/app/_ui/status';
import { useStats } from '../_queries/use-stats';

interface Card {
  label: string;
  value: string;
  note: string;
  href: string;
  /** Colour only where the number asks for somebody. */
  lamp?: Lamp;
}

/** Where nothing was measured there is no number to give. */
export function sampleWords(windowSeconds: number, count: number | undefined): string {
  const window = formatWindow(windowSeconds);
  return count === undefined ? `nothing in the ${window}` : `${window} · n = ${formatCount(count)}`;
}

function cardsOf(stats: Stats | undefined): Card[] {
  const work = stats?.work;
  // The plane's own time; a claim also waits for a limit or for a turn in its thread.
  const hop = stats?.latencyMs.storedToStreamed;
  const unheard = work !== undefined && work.orchestratorsConnected === 0;
  return [
    {
      label: 'orchestrators',
      value: formatCount(work?.orchestratorsConnected),
      note: 'connected now',
      href: '/connect',
      ...(unheard ? { lamp: 'waiting' as const } : {}),
    },
    { label: 'sessions', value: formatCount(stats?.activeSessions), note: 'of agents, open', href: '/sessions' },
    {
      label: 'in flight',
      value: formatCount(work?.inFlight),
      note: work !== undefined && work.stuck > 0 ? `${formatCount(work.stuck)} of them stuck` : 'dispatches running',
      href: '/dispatches?state=running',
    },
    // Not yet claimed, so not a dispatch: the agents' page says whose it is, and what holds it.
    { label: 'waiting', value: formatCount(work?.waiting), note: 'due or held', href: '/agents' },
    { label: 'done today', value: formatCount(work?.doneToday), note: 'since 00:00 UTC', href: '/activity' },
    {
      label: 'errors',
      value: formatCount(work?.errors),
      note: 'dead work, now',
      href: '/health#dead',
      ...(work !== undefined && work.errors > 0 ? { lamp: 'failed' as const } : {}),
    },
    {
      label: 'p99 to stream',
      value: hop ? formatDuration(hop.p99) : NO_DATA,
      note: stats === undefined ? '' : sampleWords(stats.windowSeconds, hop?.count),
      href: '#hops',
    },
  ];
}

export function StatCards() {
  const { data, isError, error, refetch } = useStats();
  if (isError && data === undefined) {
    const { detail, requestId } = troubleOf(error);
    return (
      <ErrorState
        title="The numbers could not be read"
        detail={detail}
        requestId={requestId}
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <section aria-label="Numbers" aria-busy={data === undefined}>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-border bg-border sm:grid-cols-4 xl:grid-cols-7">
        {cardsOf(data).map(card => (
          <div
            key={card.label}
            className="relative flex flex-col-reverse bg-surface px-4 py-3 last:col-span-2 sm:last:col-span-2 xl:last:col-span-1"
          >
            <dd className="flex flex-col">
              <output
                className={`tabular text-2xl leading-8 font-semibold tracking-tight ${card.lamp ? LAMP_TEXT[card.lamp] : ''}`}
              >
                {card.value}
              </output>
              <span className="truncate text-2xs text-muted">{card.note}</span>
            </dd>
            <dt className="text-xs text-muted">
              <Link
                href={card.href}
                className="after:absolute after:inset-0 hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2"
              >
                {card.label}
              </Link>
            </dt>
          </div>
        ))}
      </dl>
    </section>
  );
}
