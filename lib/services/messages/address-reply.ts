import { HUMAN, type Priority } from '../../domain/fields';
import { MAX_HOPS } from '../../domain/message/schema';
import type { MessageDocument } from '../../store/documents';
import type { Plane } from '../context';
import { routeMessage, type Routing } from './route-message';

/** Of the message replied to, what says whom a reply goes to. */
export type Replied = Pick<MessageDocument, 'kind' | 'expectsReply'> & {
  from: Pick<MessageDocument['from'], 'kind' | 'id'>;
};

export interface ReplyAddress {
  /** Null: the sender has no inbox. */
  assignedTo: string | null;
  routing: Routing;
}

/** People share one inbox: what one of them adds to people's own words is for whom the thread is, like any of theirs. */
export const isAmongPeople = (by: Pick<Replied['from'], 'kind'>, { from }: Pick<Replied, 'from'>): boolean =>
  by.kind === 'user' && from.kind === 'user';

/**
 * Where a reply that is no answer goes when it names nobody, at every door: to the sender's inbox, which wakes nobody,
 * unless the sender said that it expects one: then it is work.
 */
export async function addressReply(
  plane: Plane,
  tenantId: string,
  replied: Replied,
  { priority, hops }: { priority: Priority; hops: number },
): Promise<ReplyAddress> {
  const { kind, id } = replied.from;
  const assignedTo = kind === 'agent' ? id : kind === 'user' ? HUMAN : null;
  if (kind === 'agent' && replied.expectsReply && replied.kind !== 'question') {
    return {
      assignedTo,
      routing: await routeMessage(plane, tenantId, { assignedTo, priority, kind: 'message', hops }),
    };
  }
  const isStopped = hops > MAX_HOPS && assignedTo !== HUMAN;
  const routing = isStopped
    ? ({ status: 'loop-stopped', reason: `${hops} replies to replies; the limit is ${MAX_HOPS}` } as const)
    : ({ status: 'none', reason: null } as const);
  return { assignedTo, routing };
}
