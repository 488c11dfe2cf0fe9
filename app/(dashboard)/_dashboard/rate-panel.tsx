'use client';
import { lazy, Suspense, useMemo, useRef } from 'react';
import { RATE_SECONDS, useEventRate } from '@/app/_live/use-event-log';
import { formatRate, formatWindow } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { useNow } from '@/app/_ui/use-now';
import { useSeen } from '@/app/_ui/use-seen';
import type { RatePoint } from './rate-chart';

const RateChart = lazy(() => import('./rate-chart'));

/** One point of the chart; finer would only flicker. */
const BUCKET_SECONDS = 5;

export function RatePanel() {
  const points = usePoints();
  const box = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(box);
  const known = points.filter(point => point.rate !== null);
  const latest = known.at(-1)?.rate ?? null;
  const most = known.length === 0 ? null : Math.max(...known.map(point => point.rate ?? 0));
  return (
    <Panel
      title="Events per second"
      note={`now ${formatRate(latest)} · most ${formatRate(most)} · ${formatWindow(RATE_SECONDS)}`}
      bodyClassName="p-3"
    >
      <p className="sr-only">
        {`Now ${formatRate(latest)} events per second, at most ${formatRate(most)} in the ${formatWindow(RATE_SECONDS)}.`}
      </p>
      <div ref={box} aria-hidden className="h-56">
        {isSeen ? (
          <Suspense fallback={<div aria-busy="true" />}>
            <RateChart points={points} />
          </Suspense>
        ) : null}
      </div>
    </Panel>
  );
}

function usePoints(): RatePoint[] {
  const { perSecond, sinceMs } = useEventRate();
  const now = useNow(BUCKET_SECONDS * 1_000);
  return useMemo(() => {
    const end = Math.floor(now / 1_000);
    const since = sinceMs === null ? Number.POSITIVE_INFINITY : Math.floor(sinceMs / 1_000);
    return Array.from({ length: RATE_SECONDS / BUCKET_SECONDS }, (_, index) => {
      const second = end - RATE_SECONDS + index * BUCKET_SECONDS;
      let count = 0;
      for (let step = 0; step < BUCKET_SECONDS; step += 1) count += perSecond.get(second + step) ?? 0;
      return { second, rate: second + BUCKET_SECONDS < since ? null : count / BUCKET_SECONDS };
    });
  }, [perSecond, sinceMs, now]);
}
