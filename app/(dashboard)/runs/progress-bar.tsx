import type { TaskCounts } from '@/lib/domain/run/schema';
import { NO_DATA } from '@/app/_ui/duration';
import { formatCount } from '@/app/_ui/number';
import { LAMP_TEXT } from '@/app/_ui/status';
import { StatusWord } from '@/app/_ui/status-word';
import { progressOf, type Progress } from './run-progress';

/** Done of all, with how the rest stands as a bar; the words are on hover, and read out. */
export function ProgressLine({ counts, className = '' }: { counts: TaskCounts; className?: string }) {
  const progress = progressOf(counts);
  const words = progress.parts.map(({ status, count }) => `${formatCount(count)} ${status}`).join(', ');
  return (
    <span className={`inline-flex min-w-0 items-center gap-2 ${className}`} title={words || 'No task was planned yet'}>
      <ProgressBar progress={progress} className="h-1.5 min-w-8 flex-1" />
      <span className="tabular min-w-10 text-right text-xs whitespace-nowrap">
        {progress.of === 0 ? (
          NO_DATA
        ) : (
          <>
            {formatCount(progress.done)}
            <span className="text-muted">/{formatCount(progress.of)}</span>
          </>
        )}
      </span>
    </span>
  );
}

export function ProgressBar({ progress, className = '' }: { progress: Progress; className?: string }) {
  return (
    <span aria-hidden className={`flex gap-px overflow-hidden rounded-full bg-default ${className}`}>
      {progress.parts.map(({ status, count, lamp }) => (
        <span
          key={status}
          className={`h-full bg-current ${LAMP_TEXT[lamp]} ${lamp === 'idle' ? 'opacity-25' : ''}`}
          style={{ flex: `${count} 0 0` }}
        />
      ))}
    </span>
  );
}

/** How many stand how, in words. */
export function ProgressWords({ progress }: { progress: Progress }) {
  return (
    <ul aria-label="Tasks by status" className="flex flex-wrap gap-x-3 gap-y-1">
      {progress.parts.map(({ status, count }) => (
        <li key={status} className="inline-flex items-center gap-1 text-xs">
          <span className="tabular font-medium">{formatCount(count)}</span>
          <StatusWord status={status} />
        </li>
      ))}
    </ul>
  );
}
