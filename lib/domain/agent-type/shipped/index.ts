import { copywriting } from './copywriting';
import { customerSupport } from './customer-support';
import { dataAnalysis } from './data-analysis';
import { design } from './design';
import { emailMarketing } from './email-marketing';
import { engineering } from './engineering';
import { finance } from './finance';
import { legal } from './legal';
import { localization } from './localization';
import { marketingTeamLead } from './marketing-team-lead';
import { operations } from './operations';
import { projectManagement } from './project-management';
import { qa } from './qa';
import { research } from './research';
import { sales } from './sales';
import { seo } from './seo';
import type { ShippedAgentType } from './shipped-agent-type';
import { socialMedia } from './social-media';

export type { ShippedAgentType } from './shipped-agent-type';
export { WORKING_RULES } from './working-rules';

/** In the order in which the product's contract lists them; seeding and the agents page keep it. */
export const SHIPPED_AGENT_TYPES: readonly ShippedAgentType[] = [
  research,
  copywriting,
  engineering,
  qa,
  operations,
  marketingTeamLead,
  design,
  seo,
  socialMedia,
  emailMarketing,
  dataAnalysis,
  customerSupport,
  sales,
  finance,
  legal,
  localization,
  projectManagement,
];
