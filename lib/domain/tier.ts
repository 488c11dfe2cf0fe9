/** Of whoever acts or speaks in a run; null stands for the plane itself. */
export const TIERS = ['controller', 'orchestrator', 'worker'] as const;
export type Tier = (typeof TIERS)[number];

/** What a dispatch may do inside its run: the plan task's plans and steers, every other one does its task. */
export const RUN_TIERS = ['orchestrator', 'worker'] as const;
export type RunTier = (typeof RUN_TIERS)[number];
