'use client';
import Link from 'next/link';
import type { Task } from '@/lib/domain/task/schema';
import { formatDuration } from '@/app/_ui/duration';
import { Lamp } from '@/app/_ui/lamp';
import { LAMP_TEXT, meaningOf } from '@/app/_ui/status';
import { taskName, taskTitle } from './run-troubles';
import { BAR_LAMP, placeOf, type Bar, type BarKind, type Scale } from './waterfall-bars';

export const WATERFALL_ROW_PX = 32;
export const NAME_WIDTH = 'w-32 sm:w-56';
/** Height and fill tell the kinds apart where colour does not: work is full, waiting is half, pending a line. */
export const BAR_SHAPE: Record<BarKind, string> = {
  pending: 'border-t border-dashed border-current h-0! opacity-60',
  queued: 'rounded-xs bg-current opacity-40',
  claimed: 'rounded-xs border border-current',
  running: 'rounded-xs bg-current',
  waiting: 'rounded-xs striped',
  failed: 'rounded-xs bg-current',
};
/** A moment is still seen. */
const LEAST_PX = 2;

interface WaterfallRowProps {
  task: Task;
  bars: readonly Bar[];
  scale: Scale;
  /** The task in hand needs it. */
  isNeeded: boolean;
  onActive: (taskId: string | null) => void;
}

export function WaterfallRow({ task, bars, scale, isNeeded, onActive }: WaterfallRowProps) {
  const { lamp } = meaningOf(task.status);
  const words = bars.map(bar => `${bar.kind} ${formatDuration(bar.toMs - bar.fromMs)}`).join(', ');
  const enter = () => onActive(task.id);
  const leave = () => onActive(null);
  return (
    <Link
      href={`/tasks/${task.id}`}
      prefetch={false}
      title={[taskTitle(task), words, task.reason].filter(Boolean).join('\n')}
      onMouseEnter={enter}
      onMouseLeave={leave}
      onFocus={enter}
      onBlur={leave}
      className={`flex h-full items-center border-b border-separator hover:bg-surface-secondary focus-visible:-outline-offset-2 ${isNeeded ? 'bg-surface-secondary' : ''}`}
    >
      <span className={`${NAME_WIDTH} flex shrink-0 items-center gap-1.5 pr-2 pl-4`}>
        <Lamp lamp={lamp} />
        <span className="sr-only">{task.status}</span>
        <span className="min-w-0 flex-1 truncate text-xs font-medium">{taskName(task)}</span>
        <span className="hidden max-w-24 truncate text-2xs text-muted sm:inline">{task.assignedTo}</span>
      </span>
      <span className="relative mr-3 h-full flex-1">
        {bars.map(bar => {
          const { left, width } = placeOf(bar, scale);
          return (
            <span
              key={`${bar.kind}${bar.fromMs}`}
              aria-hidden
              className={`absolute top-1/2 h-3 -translate-y-1/2 ${LAMP_TEXT[BAR_LAMP[bar.kind]]} ${BAR_SHAPE[bar.kind]}`}
              style={{ left: `${left}%`, width: `${width}%`, minWidth: LEAST_PX }}
            />
          );
        })}
        <span className="sr-only">{words}</span>
      </span>
    </Link>
  );
}
