import { requirePermission } from '../../auth/policy';
import { AGENT_TYPE_SETTINGS } from '../../domain/agent-type/schema';
import { findAgentTypes } from '../../store/agent-types';
import type { Context } from '../context';
import { writeYaml } from './yaml-document';

/** Slug and settings, nothing that belongs to this tenant or this moment: two exports of equal types are equal. */
export async function exportAgentTypes(ctx: Context): Promise<string> {
  requirePermission(ctx.principal, 'agent-types:read');
  const types = await findAgentTypes(ctx.plane.collections, ctx.principal.tenantId);
  return writeYaml({
    agentTypes: types.map(type => ({
      slug: type.slug,
      ...Object.fromEntries(AGENT_TYPE_SETTINGS.map(field => [field, type[field]])),
    })),
  });
}
