import { HUMAN, type Priority } from '../../domain/fields';
import { MAX_HOPS, type MessageKind, type MessageStatus } from '../../domain/message/schema';
import { holdOf } from '../budgets/spent';
import type { Plane } from '../context';

export interface Routing {
  status: MessageStatus;
  reason: string | null;
}

interface Routed {
  assignedTo: string | null;
  priority: Priority;
  kind: MessageKind;
  hops: number;
}

/** Where a message stands when it is stored: only its own `assignedTo` decides who may claim it. */
export async function routeMessage(plane: Plane, tenantId: string, message: Routed): Promise<Routing> {
  if (message.assignedTo === null || message.assignedTo === HUMAN) return { status: 'none', reason: null };
  if (message.hops > MAX_HOPS) {
    return { status: 'loop-stopped', reason: `${message.hops} replies to replies; the limit is ${MAX_HOPS}` };
  }
  const type = await plane.agentTypes.get(tenantId, message.assignedTo);
  if (!type) return { status: 'unroutable', reason: `no agent type '${message.assignedTo}'` };
  const held = await holdOf(plane, type, message.priority);
  return held === null ? { status: 'queued', reason: null } : { status: 'held', reason: held };
}
