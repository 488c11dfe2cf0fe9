import type { Task } from '@/lib/domain/task/schema';
import { placeOf, type Bar, type Scale } from './waterfall-bars';
import { NAME_WIDTH, WATERFALL_ROW_PX } from './waterfall-row';

interface OverRowsProps {
  rows: number;
  children: React.ReactNode;
}

function OverRows({ rows, children }: OverRowsProps) {
  const height = rows * WATERFALL_ROW_PX;
  return (
    <div className="flex" style={{ height }}>
      <span className={`${NAME_WIDTH} shrink-0`} />
      <svg width="100%" height={height} className="mr-3 min-w-0 flex-1 overflow-visible">
        {children}
      </svg>
    </div>
  );
}

const xOf = (ms: number, scale: Scale): string => `${placeOf({ fromMs: ms, toMs: ms }, scale).left}%`;

/** The round times, behind all rows. */
export function WaterfallGrid({ rows, scale }: { rows: number; scale: Scale }) {
  return (
    <OverRows rows={rows}>
      {scale.ticksMs.map(tick => {
        const x = xOf(scale.fromMs + tick, scale);
        return <line key={tick} x1={x} x2={x} y1={0} y2={rows * WATERFALL_ROW_PX} className="stroke-separator" />;
      })}
    </OverRows>
  );
}

interface WaterfallLinesProps {
  ordered: readonly Task[];
  /** The task under the mouse or the focus. */
  active: Task;
  bars: ReadonlyMap<string, readonly Bar[]>;
  scale: Scale;
}

/** From the end of each task that the one in hand needs, a thin line to where that one became due. */
export function WaterfallLines({ ordered, active, bars, scale }: WaterfallLinesProps) {
  const rows = new Map(ordered.map(({ id }, row) => [id, row]));
  const middle = (id: string): number => ((rows.get(id) ?? 0) + 0.5) * WATERFALL_ROW_PX;
  const own = bars.get(active.id);
  const dueMs = own?.find(({ kind }) => kind !== 'pending')?.fromMs ?? own?.[0]?.toMs ?? scale.fromMs;
  return (
    <OverRows rows={ordered.length}>
      {active.dependsOn
        .filter(id => rows.has(id))
        .map(id => {
          const end = xOf(bars.get(id)?.at(-1)?.toMs ?? scale.fromMs, scale);
          return (
            <g key={id} className="stroke-foreground">
              <line x1={end} x2={end} y1={middle(id)} y2={middle(active.id)} />
              <line x1={end} x2={xOf(dueMs, scale)} y1={middle(active.id)} y2={middle(active.id)} />
            </g>
          );
        })}
    </OverRows>
  );
}
