import { SHIPPED_AGENT_TYPES, type ShippedAgentType } from '../../domain/agent-type/shipped';
import { AGENT_TYPE_SETTINGS, CreateAgentType, type AgentTypeSettings } from '../../domain/agent-type/schema';
import { isDuplicateKey } from '../../store/errors';
import { newId } from '../../store/ids';
import { insertNow } from '../../store/insert-now';
import type { Plane } from '../context';

const SEEDED_BY = 'system';

/**
 * The types the product ships, for a new tenant. What is there already is left as it is, so a seeding that was cut off
 * goes on where it stopped; the unique indexes decide between two at once.
 */
export async function seedAgentTypes(plane: Plane, tenantId: string): Promise<void> {
  await Promise.all(SHIPPED_AGENT_TYPES.map(type => seedOne(plane, tenantId, type)));
  plane.agentTypes.clear();
}

async function seedOne({ collections, clock }: Plane, tenantId: string, shipped: ShippedAgentType): Promise<void> {
  const { slug, ...settings } = CreateAgentType.parse(shipped);
  const now = new Date(clock.now());
  // The revision first: a type whose revision 1 is missing could not be rolled back to.
  await ignoreDuplicate(
    insertNow(
      collections.agentTypeRevisions,
      { _id: newId(), tenantId, slug, revision: 1, at: now, by: SEEDED_BY, settings, changes: firstChanges(settings) },
      ['at'],
    ),
  );
  await ignoreDuplicate(
    insertNow(collections.agentTypes, {
      _id: newId(),
      tenantId,
      slug,
      ...settings,
      revision: 1,
      createdAt: now,
      updatedAt: now,
      createdBy: SEEDED_BY,
    }),
  );
}

const firstChanges = (settings: AgentTypeSettings) =>
  AGENT_TYPE_SETTINGS.map(field => ({ field, before: null, after: settings[field] }));

async function ignoreDuplicate(insert: Promise<unknown>): Promise<void> {
  try {
    await insert;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
