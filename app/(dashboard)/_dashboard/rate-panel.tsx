'use client';
import { useMemo } from 'react';
import { Area, AreaChart, CartesianGrid, Tooltip, XAxis, YAxis, ResponsiveContainer } from 'recharts';
import { RATE_SECONDS, useEventRate } from '@/app/_live/use-event-log';
import { formatClock } from '@/app/_ui/duration';
import { formatRate, formatWindow } from '@/app/_ui/number';
import { Panel } from '@/app/_ui/panel';
import { useNow } from '@/app/_ui/use-now';

/** One point of the chart; finer would only flicker. */
const BUCKET_SECONDS = 5;

interface Point {
  second: number;
  /** Null before this tab began to count: a gap, not a zero. */
  rate: number | null;
}

export function RatePanel() {
  const points = usePoints();
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
      <div aria-hidden className="h-56">
        <ResponsiveContainer width="100%" height="100%">
          <AreaChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: -16 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--separator)" vertical={false} />
            <XAxis
              dataKey="second"
              tickFormatter={clockOf}
              tick={{ fill: 'var(--muted)', fontSize: 11 }}
              tickLine={false}
              axisLine={{ stroke: 'var(--border)' }}
              minTickGap={56}
            />
            <YAxis
              allowDecimals={false}
              tick={{ fill: 'var(--muted)', fontSize: 11 }}
              tickLine={false}
              axisLine={false}
              width={44}
            />
            <Tooltip content={RateTip} cursor={{ stroke: 'var(--border-strong)' }} isAnimationActive={false} />
            <Area
              type="stepAfter"
              dataKey="rate"
              stroke="var(--foreground)"
              strokeWidth={1.5}
              fill="var(--foreground)"
              fillOpacity={0.07}
              isAnimationActive={false}
              connectNulls={false}
            />
          </AreaChart>
        </ResponsiveContainer>
      </div>
    </Panel>
  );
}

const clockOf = (second: number): string => formatClock(second * 1_000).slice(0, 8);

function RateTip({ active, payload }: { active?: boolean; payload?: readonly { payload?: Point }[] }) {
  const point = payload?.[0]?.payload;
  if (!active || point === undefined) return null;
  return (
    <div className="tabular rounded-md border border-border bg-overlay px-2.5 py-1.5 text-xs">
      {clockOf(point.second)} · {formatRate(point.rate)}/s
    </div>
  );
}

function usePoints(): Point[] {
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
