import { Retention, Settings } from './schema';

/**
 * Stored settings, whoever wrote them. A value that cannot be read counts as absent: one bad field must not stop every
 * claim of a tenant.
 */
export function readRawSettings(raw: Record<string, unknown> | null): Settings {
  const { dispatchPaused, retention, revision } = Settings.shape;
  const paused = dispatchPaused.safeParse(raw?.['dispatchPaused']);
  const at = revision.safeParse(raw?.['revision']);
  const days = (raw?.['retention'] ?? {}) as Record<string, unknown>;
  const readable = Object.entries(Retention.shape).filter(([name, schema]) => schema.safeParse(days[name]).success);
  return {
    dispatchPaused: paused.success ? paused.data : false,
    retention: retention.parse(Object.fromEntries(readable.map(([name]) => [name, days[name]]))),
    revision: at.success ? at.data : 0,
  };
}
