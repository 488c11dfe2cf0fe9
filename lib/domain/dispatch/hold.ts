import type { AgentType } from '../agent-type/schema';
import type { Priority } from '../fields';
import { PRIORITY_ORDER } from './ranking';

/** Why work of a type may not start now, in a person's words; null when it may. */
export function holdReason(
  type: Pick<AgentType, 'slug' | 'enabled' | 'paused' | 'thresholds'>,
  priority: Priority,
): string | null {
  if (!type.enabled) return `${type.slug} is disabled`;
  if (type.paused) return `${type.slug} is paused`;
  const least = type.thresholds.minPriority;
  if (PRIORITY_ORDER[priority] < PRIORITY_ORDER[least]) {
    return `${type.slug} takes work from priority ${least} up; this is ${priority}`;
  }
  return null;
}
