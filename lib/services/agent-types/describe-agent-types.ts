import { requirePermission } from '../../auth/policy';
import type { AgentType } from '../../domain/agent-type/schema';
import { requireReader, type Caller } from '../identity/caller';

type Described = Pick<AgentType, 'slug' | 'name' | 'description' | 'reportsTo' | 'enabled' | 'paused'> & {
  isYou: boolean;
};

/** Who there is and what for; how they are instructed is nobody else's to read. */
export async function describeAgentTypes(caller: Caller): Promise<Described[]> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'agent-types:read');
  const types = await plane.agentTypes.list(principal.tenantId);
  return types.map(({ slug, name, description, reportsTo, enabled, paused }) => ({
    slug,
    name,
    description,
    reportsTo,
    enabled,
    paused,
    isYou: slug === caller.agentType,
  }));
}
