import { useMemo } from 'react';
import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { HUMAN, MAX_PAGE, type Page } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import { useLiveQuery } from '@/app/_live/use-live-query';

const GAP_MS = 1_000;

/** Questions to people for whose answer a dispatch waits now, the oldest first; undefined until they are read. */
export function useOpenQuestions(): Message[] | undefined {
  const waiting = useLiveQuery<Page<DispatchRecord>>({
    key: ['dispatches', 'waiting'],
    path: '/api/dispatches',
    query: { status: 'waiting', limit: MAX_PAGE },
    staleOn: ['dispatch-updated'],
    gapMs: GAP_MS,
  });
  const asked = useLiveQuery<Page<Message>>({
    key: ['messages', 'asked-people'],
    path: '/api/messages',
    query: { kind: 'question', assignedTo: HUMAN, limit: MAX_PAGE },
    staleOn: ['message-created'],
    concerns: event => event.data['kind'] === 'question',
    gapMs: GAP_MS,
  });
  return useMemo(
    () => (asked.data && waiting.data ? openQuestions(asked.data.items, waiting.data.items) : undefined),
    [asked.data, waiting.data],
  );
}

export function openQuestions(messages: readonly Message[], dispatches: readonly DispatchRecord[]): Message[] {
  const awaited = new Set(
    dispatches.flatMap(({ status, question }) =>
      status === 'waiting' && question?.answered === false ? [question.id] : [],
    ),
  );
  return messages
    .filter(message => message.assignedTo === HUMAN && awaited.has(message.id))
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
}
