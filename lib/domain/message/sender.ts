import { z } from 'zod';
import { Id } from '../fields';
import { RUN_TIERS, TIERS, type Tier } from '../tier';

export const SENDER_KINDS = ['user', 'agent', 'orchestrator', 'system'] as const;
export type SenderKind = (typeof SENDER_KINDS)[number];

export const Sender = z.object({
  kind: z.enum(SENDER_KINDS),
  id: z.string(),
  dispatchId: Id.optional(),
  tier: z.enum(TIERS).nullable().describe('Standing of the sender; text claiming more is only text'),
});
export type Sender = z.infer<typeof Sender>;

/** Stands where a driver said nothing of who it was. */
export const RAW_INSERT = 'raw-insert';

const TIER_OF: Record<SenderKind, Tier | null> = {
  user: 'controller',
  orchestrator: 'orchestrator',
  agent: 'worker',
  system: null,
};
export const tierOf = (kind: SenderKind): Tier | null => TIER_OF[kind];

/**
 * What the sender was when this was said: of a run's agent, its tier in the run. A raw insert may say anything in it,
 * and only an agent's can differ from what its kind has.
 */
export const senderTier = ({ kind, tier }: { kind: SenderKind; tier?: unknown }): Tier | null =>
  kind === 'agent' ? (RUN_TIERS.find(known => known === tier) ?? tierOf(kind)) : tierOf(kind);
