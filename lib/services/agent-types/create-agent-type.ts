import { requirePermission } from '../../auth/policy';
import type { AgentType, CreateAgentType } from '../../domain/agent-type/schema';
import { ControlPlaneError } from '../../domain/errors';
import { isDuplicateKey } from '../../store/errors';
import { bodyId, newId } from '../../store/ids';
import { transact } from '../../store/transaction';
import { recordOfType } from '../budgets/budget-of';
import type { Context } from '../context';
import { afterChange } from './after-change';
import { checkReportsTo } from './check-reports-to';
import { redactSettings } from '../../domain/agent-type/redact-settings';
import { saveNew } from './save-revision';

export async function createAgentType(ctx: Context, input: CreateAgentType, recordId?: string): Promise<AgentType> {
  requirePermission(ctx.principal, 'agent-types:write');
  const { plane, principal } = ctx;
  const { slug, ...settings } = redactSettings(input);
  const id = recordId === undefined ? newId() : bodyId('recordId', recordId);
  try {
    const { type } = await transact(plane.collections, async tx => {
      await checkReportsTo(ctx, tx, slug, settings.reportsTo);
      return saveNew(ctx, tx, { id, slug, settings });
    });
    await afterChange(plane, principal.tenantId, [slug]);
    return recordOfType(plane, type);
  } catch (error) {
    if (isDuplicateKey(error)) throw slugTaken(slug);
    throw error;
  }
}

const slugTaken = (slug: string): ControlPlaneError =>
  new ControlPlaneError('already-exists', `There is an agent type '${slug}' already.`, {
    errors: [{ path: 'slug', message: `got '${slug}', which is taken` }],
  });
