import type { MODEL_ALIASES, THINKING_LEVELS, Thresholds } from '../schema';

/** An agent type as the product brings it, before a tenant edits it. What is absent gets the schema's defaults. */
export type ShippedAgentType = {
  slug: string;
  name: string;
  description: string;
  /** An alias and no full id: which model an alias means is the session's affair, and outlives a release of ours. */
  model: (typeof MODEL_ALIASES)[number];
  thinking: (typeof THINKING_LEVELS)[number];
  tools: string[];
  /** The role alone: what holds for all roles is in WORKING_RULES, which every assembled prompt carries. */
  systemPrompt: string;
  concurrency: number;
  reportsTo: string | null;
  thresholds?: Partial<Thresholds>;
};
