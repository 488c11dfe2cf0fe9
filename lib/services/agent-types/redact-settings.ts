import { redactSecrets } from '../../domain/redact';
import type { AgentTypeSettings } from '../../domain/agent-type/schema';

/** A prompt is read by many sessions; a token pasted into one must not be. */
export const redactSettings = <T extends Partial<Pick<AgentTypeSettings, 'name' | 'description' | 'systemPrompt'>>>(
  settings: T,
): T => {
  const texts = (['name', 'description', 'systemPrompt'] as const)
    .filter(field => settings[field] !== undefined)
    .map(field => [field, redactSecrets(settings[field]!)]);
  return { ...settings, ...Object.fromEntries(texts) };
};
