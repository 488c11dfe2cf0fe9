import { CreateAgentType } from '../../domain/agent-type/schema';
import { diffSettings } from '../../domain/agent-type/settings';
import { SHIPPED_AGENT_TYPES } from '../../domain/agent-type/shipped';
import { findRevisedSlugs, insertRevisions } from '../../store/agent-type-revisions';
import { insertAgentTypes } from '../../store/agent-types';
import { isDuplicateKey } from '../../store/errors';
import { newId } from '../../store/ids';
import { transact, type Transaction } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import { systemContext, type Context, type Plane } from '../context';

/**
 * A new tenant and the types the product ships, all or none: one that is there has them, whatever is killed in between.
 * `open` writes the tenant, first of all, so that the stream knows it before it reads anything in it. A slug that ever
 * had a revision here is left alone: what people changed or took away must not come back.
 */
export async function seedTenant<T>(plane: Plane, tenantId: string, open: (tx: Transaction) => Promise<T>): Promise<T> {
  const ctx = systemContext(plane, tenantId);
  const opened = await seed(ctx, open).catch((error: unknown) => {
    // Another process was first with one of the types: seen now, and passed over.
    if (!isDuplicateKey(error)) throw error;
    return seed(ctx, open);
  });
  plane.agentTypes.clear();
  return opened;
}

async function seed<T>(ctx: Context, open: (tx: Transaction) => Promise<T>): Promise<T> {
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  return transact(c, async tx => {
    const opened = await open(tx);
    const known = await findRevisedSlugs(c, tenantId, tx);
    const missing = SHIPPED_AGENT_TYPES.map(type => CreateAgentType.parse(type)).filter(({ slug }) => !known.has(slug));
    if (missing.length === 0) return opened;
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
    return opened;
  });
}
