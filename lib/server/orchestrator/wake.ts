import type { EventType } from '@/lib/domain/event/schema';
import type { StreamEvent } from '@/lib/sdk/stream-event';

/** What can make work due: the work itself, a lane or slot that another dispatch left, a type that was changed. */
export const WAKE_TYPES = [
  'message-created',
  'message-updated',
  'task-created',
  'task-updated',
  'dispatch-updated',
  'agent-type-created',
  'agent-type-updated',
] as const satisfies readonly EventType[];

/** Steps our own claims cause: looking again because of them would double every claim. */
const ECHOES: Partial<Record<EventType, readonly string[]>> = {
  'message-updated': ['claimed', 'waiting', 'done', 'dead', 'cancelled'],
  'task-updated': ['running', 'waiting', 'done', 'incomplete', 'dead', 'cancelled'],
  'dispatch-updated': ['running', 'cancelling'],
};

/**
 * Whether an event is a reason to look for work. It may say yes too often and nothing is lost by a wrong no: the
 * sweep finds what no event announced.
 */
export function isWake(event: StreamEvent, agentTypes: readonly string[] | undefined): boolean {
  const { status, assignedTo } = event.data;
  if (typeof status === 'string' && ECHOES[event.type]?.includes(status)) return false;
  const isWork = event.type === 'message-created' || event.type === 'task-created';
  if (!isWork) return true;
  if (typeof assignedTo !== 'string') return false;
  return agentTypes === undefined || agentTypes.includes(assignedTo);
}
