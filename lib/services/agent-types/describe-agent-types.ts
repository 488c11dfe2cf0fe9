import { requirePermission } from '../../auth/policy';
import type { AgentType } from '../../domain/agent-type/schema';
import { requireReader, type Caller } from '../identity/caller';

type Described = Pick<AgentType, 'slug' | 'name' | 'description' | 'reportsTo' | 'enabled' | 'paused'> & {
  isYou: boolean;
};

/** What one result carries: more types than this are found by their names in a prompt, not by reading them all. */
const MOST_TYPES = 250;
const MAX_DESCRIPTION_CHARACTERS = 300;

/** Who there is and what for; how they are instructed is nobody else's to read. */
export async function describeAgentTypes(caller: Caller): Promise<{ items: Described[]; total: number }> {
  requireReader(caller);
  const { plane, principal } = caller.ctx;
  requirePermission(principal, 'agent-types:read');
  const types = await plane.agentTypes.list(principal.tenantId);
  const items = types.slice(0, MOST_TYPES).map(({ slug, name, description, reportsTo, enabled, paused }) => ({
    slug,
    name,
    description: shortened(description),
    reportsTo,
    enabled,
    paused,
    isYou: slug === caller.agentType,
  }));
  return { items, total: types.length };
}

const shortened = (text: string): string =>
  text.length > MAX_DESCRIPTION_CHARACTERS ? `${text.slice(0, MAX_DESCRIPTION_CHARACTERS)}…` : text;
