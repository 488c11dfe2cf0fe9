import { requirePermission } from '../../auth/policy';
import type { AgentType, PatchAgentType } from '../../domain/agent-type/schema';
import { diffSettings, mergeSettings } from '../../domain/agent-type/settings';
import { notFound } from '../../domain/errors';
import { findAgentType } from '../../store/agent-types';
import { transact } from '../../store/transaction';
import { recordOfType } from '../budgets/budget-of';
import type { Context } from '../context';
import { afterChange } from './after-change';
import { checkReportsTo } from './check-reports-to';
import { redactSettings } from '../../domain/agent-type/redact-settings';
import { revisionConflict, saveEdit } from './save-revision';

/** Merges by RFC 7396. An edit that changes nothing answers the record and makes no revision. */
export async function patchAgentType(ctx: Context, slug: string, patch: PatchAgentType): Promise<AgentType> {
  requirePermission(ctx.principal, 'agent-types:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const { revision, ...fields } = redactSettings(patch);
  const { type, isChanged } = await transact(plane.collections, async tx => {
    const from = await findAgentType(plane.collections, tenantId, slug, tx);
    if (!from) throw notFound('agent type', slug);
    if (revision !== from.revision) throw revisionConflict(revision, from.revision);
    const settings = mergeSettings(from, fields);
    if (diffSettings(from, settings).length === 0) return { type: from, isChanged: false };
    if (settings.reportsTo !== from.reportsTo) await checkReportsTo(ctx, tx, slug, settings.reportsTo);
    return { ...(await saveEdit(ctx, tx, { from, settings })), isChanged: true };
  });
  if (isChanged) await afterChange(plane, tenantId, [slug]);
  return recordOfType(plane, type);
}
