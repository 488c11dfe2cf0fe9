import { z } from 'zod';
import { redactSettings } from './redact-settings';
import { AgentType, Thresholds, type AgentTypeSettings } from './schema';

const { name, description, model, thinking, tools, systemPrompt, concurrency, paused, enabled, reportsTo } =
  AgentType.shape;

/** A stored type, whoever wrote it: what is absent gets its default, what is there must fit, what is unknown is ignored. */
const StoredAgentType = z.object({
  slug: AgentType.shape.slug,
  name: name.optional(),
  description: description.default(''),
  model: model.default('inherit'),
  thinking: thinking.default('medium'),
  tools: tools.default([]),
  systemPrompt: systemPrompt.default(''),
  concurrency: concurrency.default(1),
  paused: paused.default(false),
  enabled: enabled.default(true),
  reportsTo: reportsTo.default(null),
  thresholds: z.object(Thresholds.shape).prefault({}),
});

export type RawAgentType = { ok: true; slug: string; settings: AgentTypeSettings } | { ok: false; reason: string };

export function readRawAgentType(raw: Record<string, unknown>): RawAgentType {
  const parsed = StoredAgentType.safeParse(raw);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return { ok: false, reason: `${path.map(String).join('.')}: ${message}` };
  }
  const { slug, ...settings } = parsed.data;
  return { ok: true, slug, settings: redactSettings({ ...settings, name: settings.name ?? slug }) };
}
