import { requirePermission } from '../../auth/policy';
import type { RollBackAgentType } from '../../domain/agent-type/requests';
import { AgentTypeSlug, type AgentType, type AgentTypeSettings } from '../../domain/agent-type/schema';
import { readRawAgentType } from '../../domain/agent-type/read-raw';
import { ControlPlaneError, invalidField, notFound } from '../../domain/errors';
import { findRevision } from '../../store/agent-type-revisions';
import { findAgentType } from '../../store/agent-types';
import type { AgentTypeRevisionDocument } from '../../store/documents';
import { transact } from '../../store/transaction';
import { recordOfType } from '../budgets/budget-of';
import type { Context } from '../context';
import { afterChange } from './after-change';
import { checkReportsTo } from './check-reports-to';
import { revisionConflict, saveEdit } from './save-revision';

/** Earlier settings come back as a new revision: history only ever grows, so a roll-back can be rolled back. */
export async function rollBackAgentType(ctx: Context, slug: string, input: RollBackAgentType): Promise<AgentType> {
  requirePermission(ctx.principal, 'agent-types:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  const type = await transact(c, async tx => {
    const from = await findAgentType(c, tenantId, slug, tx);
    if (!from) throw notFound('agent type', slug);
    const { revision, currentRevision = from.revision } = input;
    if (currentRevision !== from.revision) throw revisionConflict(currentRevision, from.revision);
    const target = await findRevision(c, { tenantId, slug, revision }, tx);
    if (!target)
      throw invalidField('revision', `got ${revision}, wants a revision of '${slug}'; it is at ${from.revision}`);
    const settings = settingsAt(target);
    if (settings.reportsTo !== from.reportsTo) await checkReportsTo(ctx, tx, slug, settings.reportsTo);
    return (await saveEdit(ctx, tx, { from, settings, action: 'agent-type.rollback' })).type;
  });
  await afterChange(plane, tenantId, [slug]);
  return recordOfType(plane, type);
}

/** An old revision may lack what was added since, or hold what is refused by now. */
function settingsAt({ slug, revision, settings }: AgentTypeRevisionDocument): AgentTypeSettings {
  const read = readRawAgentType({ ...settings, slug: AgentTypeSlug.parse(slug) });
  if (read.ok) return read.settings;
  throw new ControlPlaneError('conflict', `Revision ${revision} cannot come back: ${read.reason}`);
}
