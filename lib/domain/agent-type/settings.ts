import { given } from '../merge-patch';
import {
  AGENT_TYPE_SETTINGS,
  DEFAULT_THRESHOLDS,
  type AgentTypeRevision,
  type AgentTypeSettings,
  type PatchAgentType,
  type Thresholds,
} from './schema';

export type SettingsChange = AgentTypeRevision['changes'][number];
export type SettingsPatch = Omit<PatchAgentType, 'revision'>;

export const settingsOf = (type: AgentTypeSettings): AgentTypeSettings =>
  Object.fromEntries(AGENT_TYPE_SETTINGS.map(field => [field, type[field]])) as unknown as AgentTypeSettings;

/** One row a field that differs, thresholds by their own name; before the first revision everything was null. */
export function diffSettings(before: AgentTypeSettings | null, after: AgentTypeSettings): SettingsChange[] {
  const old = before ? flatten(before) : {};
  return Object.entries(flatten(after))
    .map(([field, value]) => ({ field, before: old[field] ?? null, after: value }))
    .filter(change => before === null || JSON.stringify(change.before) !== JSON.stringify(change.after));
}

function flatten({ thresholds, ...settings }: AgentTypeSettings): Record<string, unknown> {
  const named = Object.entries(settings).filter(([field]) => (AGENT_TYPE_SETTINGS as string[]).includes(field));
  const limits = (Object.keys(DEFAULT_THRESHOLDS) as (keyof Thresholds)[]).map(
    name => [`thresholds.${name}`, thresholds[name]] as const,
  );
  return Object.fromEntries([...named, ...limits]);
}

/** Thresholds are merged one by one. */
export const mergeSettings = (
  current: AgentTypeSettings,
  { thresholds, ...patch }: SettingsPatch,
): AgentTypeSettings => ({
  ...settingsOf(current),
  ...given(patch),
  thresholds: { ...current.thresholds, ...given(thresholds ?? {}) },
});
