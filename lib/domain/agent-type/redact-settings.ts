import { redactSecrets } from '../redact';
import type { AgentTypeSettings } from './schema';

type Texts = Partial<Pick<AgentTypeSettings, 'name' | 'description' | 'systemPrompt' | 'tools'>>;

/** A prompt is read by many sessions; a token pasted into one must not be. Nor one in what a tool may be called with. */
export function redactSettings<T extends Texts>(settings: T): T {
  const { tools } = settings;
  const texts = (['name', 'description', 'systemPrompt'] as const)
    .filter(field => settings[field] !== undefined)
    .map(field => [field, redactSecrets(settings[field]!)]);
  return {
    ...settings,
    ...Object.fromEntries(texts),
    // A name alone stays a name.
    ...(tools ? { tools: tools.map(tool => tool.replace(/\(.*/, given => redactSecrets(given))) } : {}),
  };
}
