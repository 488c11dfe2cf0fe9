import { CreateAgentType } from '../../domain/agent-type/schema';
import { diffSettings } from '../../domain/agent-type/settings';
import { SHIPPED_AGENT_TYPES } from '../../domain/agent-type/shipped';
import { findRevisedSlugs, insertRevisions } from '../../store/agent-type-revisions';
import { insertAgentTypes } from '../../store/agent-types';
import { isDuplicateKey } from '../../store/errors';
import { newId } from '../../store/ids';
import { transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import { systemContext, type Context, type Plane } from '../context';

/**
 * The types the product ships, for a new tenant, all or none. A slug that ever had a revision here is left alone: what
 * people changed or took away must not come back.
 */
export async function seedAgentTypes(plane: Plane, tenantId: string): Promise<void> {
  const ctx = systemContext(plane, tenantId);
  try {
    await seed(ctx);
  } catch (error) {
    // Another process was first with one of them: seen now, and passed over.
    if (!isDuplicateKey(error)) throw error;
    await seed(ctx);
  }
  plane.agentTypes.clear();
}

async function seed(ctx: Context): Promise<void> {
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  await transact(c, async tx => {
    const known = await findRevisedSlugs(c, tenantId, tx);
    const missing = SHIPPED_AGENT_TYPES.map(type => CreateAgentType.parse(type)).filter(({ slug }) => !known.has(slug));
    if (missing.length === 0) return;
    const base = { tenantId, revision: 1, createdBy: principal.id };
    await insertAgentTypes(
      c,
      missing.map(type => ({ _id: newId(), ...base, ...type })),
      tx,
    );
    const rows = missing.map(({ slug, ...settings }) => {
      return { ...base, slug, by: principal.label, settings, changes: diffSettings(null, settings) };
    });
    await insertRevisions(c, rows, tx);
    const changes = [{ field: 'agentTypes', before: null, after: missing.map(({ slug }) => slug) }];
    await recordActivity(ctx, { action: 'agent-type.seed', subject: { kind: 'tenant', id: tenantId }, changes, tx });
  });
}
