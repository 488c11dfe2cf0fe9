import type { Task } from '@/lib/domain/task/schema';
import { placeOf, type Bar, type Scale } from './waterfall-bars';
import { NAME_WIDTH, WATERFALL_ROW_PX } from './waterfall-row';

interface WaterfallLinesProps {
  ordered: readonly Task[];
  /** The task under the mouse or the focus. */
  active: Task | undefined;
  bars: ReadonlyMap<string, readonly Bar[]>;
  scale: Scale;
}

/** The times behind all rows; and from the task in hand a thin line to the end of each it needs. */
export function WaterfallLines({ ordered, active, bars, scale }: WaterfallLinesProps) {
  const height = ordered.length * WATERFALL_ROW_PX;
  const rows = new Map(ordered.map(({ id }, row) => [id, row]));
  const middle = (id: string): number => ((rows.get(id) ?? 0) + 0.5) * WATERFALL_ROW_PX;
  const x = (ms: number): string => `${placeOf({ fromMs: ms, toMs: ms }, scale).left}%`;
  const own = active ? bars.get(active.id) : undefined;
  const startMs = own?.find(({ kind }) => kind !== 'pending')?.fromMs ?? own?.[0]?.toMs ?? scale.fromMs;
  const needs = (active?.dependsOn ?? []).filter(id => rows.has(id));
  return (
    <div className="flex" style={{ height }}>
      <span className={`${NAME_WIDTH} shrink-0`} />
      <svg width="100%" height={height} className="mr-3 min-w-0 flex-1 overflow-visible">
        {scale.ticksMs.map(tick => (
          <line
            key={tick}
            x1={x(scale.fromMs + tick)}
            x2={x(scale.fromMs + tick)}
            y1={0}
            y2={height}
            className="stroke-separator"
          />
        ))}
        {active
          ? needs.map(id => {
              const endMs = bars.get(id)?.at(-1)?.toMs ?? scale.fromMs;
              return (
                <g key={id} className="stroke-foreground">
                  <line x1={x(endMs)} x2={x(endMs)} y1={middle(id)} y2={middle(active.id)} />
                  <line x1={x(endMs)} x2={x(startMs)} y1={middle(active.id)} y2={middle(active.id)} />
                </g>
              );
            })
          : null}
      </svg>
    </div>
  );
}
