import type { DispatchDocument, MessageDocument } from '../../store/documents';
import { findMessage } from '../../store/messages';
import type { Caller } from '../identity/caller';
import type { NewMessage } from './append-message';
import { senderOf } from './sender';

/** The agent at work, with what it is in its run. */
export const senderOfDispatch = ({
  _id,
  agentType,
  run,
}: Pick<DispatchDocument, '_id' | 'agentType' | 'run'>): MessageDocument['from'] => ({
  kind: 'agent',
  id: agentType,
  dispatchId: _id,
  ...(run ? { tier: run.tier } : {}),
});

/** Who a message is from, as the caller's credential and key say it. */
export function authorOf({
  ctx: { principal },
  agentType,
  dispatch,
}: Caller): Pick<NewMessage, 'tenantId' | 'from' | 'createdBy'> {
  return dispatch && agentType !== null
    ? {
        tenantId: principal.tenantId,
        from: senderOfDispatch(dispatch),
        createdBy: `agent:${agentType}`,
      }
    : { tenantId: principal.tenantId, from: senderOf(principal), createdBy: principal.id };
}

/** One more than the message the dispatch works on: what agents send one another because of it is counted from there. */
export async function hopsOf({ ctx: { plane, principal }, dispatch }: Caller): Promise<number> {
  if (dispatch?.source.kind !== 'message') return 0;
  const source: MessageDocument | null = await findMessage(plane.collections, principal.tenantId, dispatch.source.id);
  return source ? source.hops + 1 : 0;
}
