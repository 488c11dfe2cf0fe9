import { Area, AreaChart, CartesianGrid, Tooltip, XAxis, YAxis, ResponsiveContainer } from 'recharts';
import { formatClock } from '@/app/_ui/duration';
import { formatRate } from '@/app/_ui/number';

/** One point of the chart. */
export interface RatePoint {
  second: number;
  /** Null before this tab began to count: a gap, not a zero. */
  rate: number | null;
}

/** In a file of its own, which is fetched when it is seen: the charts' library is a fifth of the page's JavaScript. */
export default function RateChart({ points }: { points: readonly RatePoint[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart
        data={points as RatePoint[]}
        margin={{ top: 8, right: 8, bottom: 0, left: -16 }}
        accessibilityLayer={false}
      >
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
  );
}

const clockOf = (second: number): string => formatClock(second * 1_000).slice(0, 8);

function RateTip({ active, payload }: { active?: boolean; payload?: readonly { payload?: RatePoint }[] }) {
  const point = payload?.[0]?.payload;
  if (!active || point === undefined) return null;
  return (
    <div className="tabular rounded-md border border-border bg-overlay px-2.5 py-1.5 text-xs">
      {clockOf(point.second)} · {formatRate(point.rate)}/s
    </div>
  );
}
