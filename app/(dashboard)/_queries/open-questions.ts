import type { DispatchRecord } from '@/lib/domain/dispatch/schema';
import { HUMAN } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';

/** Questions to people for whose answer a dispatch waits now, the oldest first. */
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
