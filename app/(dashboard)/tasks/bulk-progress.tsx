'use client';
import { Button } from '@heroui/react/button';
import { useEffect, useRef } from 'react';
import { formatCount, plural } from '@/app/_ui/number';
import type { BulkRun } from './use-bulk';

const DONE_WORD: Record<BulkRun['verb'], string> = { redrive: 'redriven', cancel: 'cancelled' };

/** How far it is; at the end, what was refused and why. Nothing is called done that the server did not agree to. */
export function BulkProgress({ run, onStop, onClose }: { run: BulkRun; onStop: () => void; onClose: () => void }) {
  const { verb, total, done, refused, isOver } = run;
  const agreed = done - refused.length;
  // The button that began it is gone: the focus goes to the one that is there now.
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="tabular text-sm font-medium">
        {isOver
          ? `${plural(agreed, 'task')} ${DONE_WORD[verb]}${done < total ? `, ${formatCount(total - done)} left alone` : ''}`
          : `${formatCount(done)} of ${formatCount(total)}`}
      </p>
      <div
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={done}
        aria-valuemin={0}
        aria-valuemax={total}
        className="h-1 overflow-hidden rounded-full bg-default"
      >
        <div className="h-full bg-accent" style={{ width: `${total === 0 ? 100 : (done / total) * 100}%` }} />
      </div>
      {refused.length > 0 ? (
        <ul
          aria-label="Refused"
          className="flex max-h-60 flex-col divide-y divide-separator overflow-y-auto rounded-md border border-border"
        >
          {refused.map(({ task, why }) => (
            <li key={task.id} className="px-3 py-2 text-table">
              <span className="block truncate font-medium">{task.title}</span>
              <span className="text-xs text-failed">{why}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="flex justify-end">
        <Button ref={button} variant="outline" onPress={isOver ? onClose : onStop}>
          {isOver ? 'Close' : 'Stop here'}
        </Button>
      </div>
    </div>
  );
}
