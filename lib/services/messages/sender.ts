import type { Principal } from '../../domain/identity/schema';
import type { Sender } from '../../domain/message/sender';

/** Who a message is from: the credential says it, never the body. */
export function senderOf(principal: Principal): Pick<Sender, 'kind' | 'id'> {
  if (principal.role === 'agent') return { kind: 'agent', id: principal.agentType! };
  if (principal.role === 'orchestrator') return { kind: 'orchestrator', id: principal.id };
  return principal.via === 'system' ? { kind: 'system', id: 'switchboard' } : { kind: 'user', id: principal.id };
}
