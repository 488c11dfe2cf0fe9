'use client';
import { useMemo } from 'react';
import { NO_DATA } from '@/app/_ui/duration';
import { formatCount, plural } from '@/app/_ui/number';
import { useDispatches, useMessages } from './use-thread';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });

/** Of nothing that ran nobody reported: that says nothing of what it cost. */
export function costWords(priced: number, all: number, costUsd: number): string {
  if (all === 0) return 'no attempt yet';
  const cost = priced === 0 ? NO_DATA : dollars.format(costUsd);
  return `${cost} · ${formatCount(priced)} of ${plural(all, 'attempt')} reported`;
}

/** Who took part, and what the attempts reported to have used; attempts without a figure are counted apart. */
export function ThreadCost({ threadId }: { threadId: string }) {
  const { messages } = useMessages(threadId);
  const dispatches = useDispatches(threadId);
  const people = useMemo(() => [...new Set(messages.map(message => message.from.id))], [messages]);
  const all = useMemo(() => [...dispatches.values()].flat(), [dispatches]);
  const priced = all.filter(dispatch => dispatch.usage?.costUsd !== undefined);
  const counted = all.some(({ usage }) => usage?.inputTokens !== undefined || usage?.outputTokens !== undefined);
  const sum = (field: 'inputTokens' | 'outputTokens' | 'costUsd') =>
    all.reduce((total, { usage }) => total + (usage?.[field] ?? 0), 0);
  return (
    <dl className="flex flex-col gap-3 text-xs">
      <div>
        <dt className="mb-1 font-medium">Participants</dt>
        <dd className="text-muted">{people.length === 0 ? NO_DATA : people.join(', ')}</dd>
      </div>
      <div>
        <dt className="mb-1 font-medium">Cost</dt>
        <dd className="tabular text-muted">{costWords(priced.length, all.length, sum('costUsd'))}</dd>
        {counted ? (
          <dd className="tabular text-muted">{`${formatCount(sum('inputTokens'))} tokens in · ${formatCount(sum('outputTokens'))} out`}</dd>
        ) : null}
      </div>
    </dl>
  );
}
