import type { z } from 'zod';
import {
  AGENT_TYPE_SETTINGS,
  CreateAgentType,
  type AgentType,
  type AgentTypeSettings,
  type PatchAgentType,
  type Thresholds,
} from '@/lib/domain/agent-type/schema';
import type { FieldChange } from '@/app/_ui/change-list';

/** The form's shape: what a person sets, checked by the very schema the API checks with. */
export const AgentSettingsForm = CreateAgentType.omit({ slug: true });
export type SettingsInput = z.input<typeof AgentSettingsForm>;

export function settingsOf(agent: AgentType): AgentTypeSettings {
  return Object.fromEntries(AGENT_TYPE_SETTINGS.map(field => [field, agent[field]])) as unknown as AgentTypeSettings;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const thresholdNames = (settings: AgentTypeSettings) => Object.keys(settings.thresholds) as (keyof Thresholds)[];

/** Field by field, thresholds each by its own name. */
export function changesBetween(before: AgentTypeSettings, after: AgentTypeSettings): FieldChange[] {
  const plain = AGENT_TYPE_SETTINGS.filter(field => field !== 'thresholds' && !same(before[field], after[field]));
  const limits = thresholdNames(before).filter(name => !same(before.thresholds[name], after.thresholds[name]));
  return [
    ...plain.map(field => ({ field, before: before[field], after: after[field] })),
    ...limits.map(name => ({
      field: `thresholds.${name}`,
      before: before.thresholds[name],
      after: after.thresholds[name],
    })),
  ];
}

/** Only what was changed, so that an edit of another field elsewhere is not undone. */
export function patchOf(base: AgentType, edited: AgentTypeSettings): PatchAgentType {
  const patch: Record<string, unknown> = { revision: base.revision };
  const thresholds: Record<string, unknown> = {};
  for (const { field, after } of changesBetween(settingsOf(base), edited)) {
    if (field.startsWith('thresholds.')) thresholds[field.slice('thresholds.'.length)] = after;
    else patch[field] = after;
  }
  if (Object.keys(thresholds).length > 0) patch['thresholds'] = thresholds;
  return patch as PatchAgentType;
}

/** A newer revision came: fields not edited here take its value, edited ones keep theirs. */
export function rebase(edited: AgentTypeSettings, base: AgentTypeSettings, next: AgentTypeSettings): AgentTypeSettings {
  const mine = new Set(changesBetween(base, edited).map(({ field }) => field));
  const plain = AGENT_TYPE_SETTINGS.filter(field => field !== 'thresholds').map(field => [
    field,
    (mine.has(field) ? edited : next)[field],
  ]);
  const thresholds = thresholdNames(next).map(name => [
    name,
    (mine.has(`thresholds.${name}`) ? edited : next).thresholds[name],
  ]);
  return { ...Object.fromEntries(plain), thresholds: Object.fromEntries(thresholds) } as AgentTypeSettings;
}
