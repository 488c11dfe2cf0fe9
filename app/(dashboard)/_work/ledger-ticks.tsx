'use client';
import { ChevronDown } from 'lucide-react';
import type { Ledger } from '@/lib/domain/message/schema';
import { NO_DATA, formatDuration } from '@/app/_ui/duration';
import { ClockTime } from '@/app/_ui/time-ago';

const STEPS = [
  { field: 'storedAt', word: 'stored' },
  { field: 'streamedAt', word: 'streamed' },
  { field: 'claimedAt', word: 'claimed' },
  { field: 'readAt', word: 'read' },
  { field: 'doneAt', word: 'done' },
] as const satisfies readonly { field: keyof Ledger; word: string }[];

/** Sent is not delivered: five ticks say how far a message came, and open to when. */
export function LedgerTicks({ ledger }: { ledger: Ledger }) {
  const came = STEPS.filter(({ field }) => ledger[field] !== null).map(({ word }) => word);
  return (
    <details className="group text-xs">
      <summary
        aria-label={`Ledger: ${came.join(', ') || 'nothing yet'}`}
        className="touch flex h-6 cursor-pointer list-none items-center gap-1 rounded-sm text-muted select-none [&::-webkit-details-marker]:hidden"
      >
        {STEPS.map(({ field, word }) => (
          <Tick key={field} word={word} isLit={ledger[field] !== null} />
        ))}
        <ChevronDown aria-hidden className="ml-0.5 size-3.5 transition-transform group-open:rotate-180" />
      </summary>
      <dl className="tabular mt-1 mb-1 grid grid-cols-[auto_auto_auto] items-baseline gap-x-4 gap-y-0.5">
        {STEPS.map(({ field, word }, index) => (
          <div key={field} className="contents">
            <dt className="text-muted">{word}</dt>
            <dd>
              <ClockTime at={ledger[field]} />
            </dd>
            <dd className="text-right text-muted">{gapBefore(ledger, index)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Tick({ word, isLit }: { word: string; isLit: boolean }) {
  return (
    <span
      title={word}
      className={`h-1 w-4 rounded-full ${isLit ? (word === 'done' ? 'bg-done' : 'bg-running') : 'bg-default'}`}
    />
  );
}

/** The time since the step before that is known. */
function gapBefore(ledger: Ledger, index: number): string {
  const at = ledger[STEPS[index]?.field ?? 'storedAt'];
  const before = STEPS.slice(0, index)
    .map(({ field }) => ledger[field])
    .findLast(time => time !== null);
  if (at === null || before === null || before === undefined) return index === 0 ? '' : NO_DATA;
  return `+${formatDuration(Math.max(0, Date.parse(at) - Date.parse(before)))}`;
}
