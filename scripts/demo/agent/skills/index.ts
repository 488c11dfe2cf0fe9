import type { Skill, Work } from '../work';
import { copywriting } from './copywriting';
import { dataAnalysis } from './data-analysis';
import { engineering } from './engineering';
import { marketingTeamLead } from './marketing-team-lead';
import { projectManagement } from './project-management';
import { qa, takeReply } from './qa';
import { research } from './research';
import { seo } from './seo';

/** A program can count and compare; what wants judgement fails for good, and a person sees it. */
const judgement: Skill = async () => ({
  kind: 'fail',
  why: 'this wants judgement, which a program without a model has not. Cancel it, or redrive it with a real agent.',
  retryable: false,
});

const SKILLS: Readonly<Record<string, Skill>> = {
  'marketing-team-lead': marketingTeamLead,
  research,
  copywriting,
  seo,
  qa,
  engineering,
  'data-analysis': dataAnalysis,
  'project-management': projectManagement,
};

export function skillFor(work: Work): Skill {
  const message = work.message;
  // Nobody thanks anybody for a reply: that is how two agents end by themselves.
  if (message?.from.kind === 'agent' && message.kind === 'message' && message.inReplyTo !== null) return takeReply;
  return SKILLS[work.dispatch.agentType.slug] ?? judgement;
}
