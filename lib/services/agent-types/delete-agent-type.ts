import { requirePermission } from '../../auth/policy';
import { settingsOf } from '../../domain/agent-type/settings';
import { notFound } from '../../domain/errors';
import { findAgentType, findAgentTypes, markAgentTypeDeleted } from '../../store/agent-types';
import { lockConfiguration, transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';
import { afterChange } from './after-change';
import { saveEdit, subjectOf } from './save-revision';

/**
 * Takes a type away: its due work becomes unroutable, types it led lead themselves, and its slug is free again.
 * Dispatches that run go on to their end, for the work is under way, and what waits becomes unroutable once it is
 * answered (`sweepStranded`). Revisions stay, for dispatches name them.
 */
export async function deleteAgentType(ctx: Context, slug: string): Promise<void> {
  requirePermission(ctx.principal, 'agent-types:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  const led = await transact(c, async tx => {
    await lockConfiguration(c, tenantId, tx);
    const type = await findAgentType(c, tenantId, slug, tx);
    if (!type || !(await markAgentTypeDeleted(c, type, tx))) throw notFound('agent type', slug);
    const changes = [{ field: 'slug', before: slug, after: null }];
    await recordActivity(ctx, { action: 'agent-type.delete', subject: subjectOf(type), changes, tx });
    const followers = (await findAgentTypes(c, tenantId, tx)).filter(({ reportsTo }) => reportsTo === slug);
    for (const from of followers) await saveEdit(ctx, tx, { from, settings: { ...settingsOf(from), reportsTo: null } });
    return followers.map(follower => follower.slug);
  });
  for (const follower of led) plane.agentTypes.forget(tenantId, follower);
  await afterChange(plane, tenantId, [slug]);
}
