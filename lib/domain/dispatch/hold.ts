import type { AgentType } from '../agent-type/schema';
import type { Priority } from '../fields';
import { PRIORITY_ORDER } from './ranking';

/** Why work of a type may not start now, in a person's words; null when it may. `isSpent`: its budget of today is. */
export function holdReason(
  type: Pick<AgentType, 'slug' | 'enabled' | 'paused' | 'thresholds'>,
  priority: Priority,
  isSpent: boolean,
): string | null {
  if (!type.enabled) return `${type.slug} is disabled`;
  if (type.paused) return `${type.slug} is paused`;
  // Without the sum: it changes with every turn that still ends, and each change would be written to all that waits.
  if (isSpent) {
    return `${type.slug} has used up its daily budget of ${type.thresholds.dailyBudgetUsd} USD; it goes on at 00:00 UTC or when the budget is raised`;
  }
  const least = type.thresholds.minPriority;
  if (PRIORITY_ORDER[priority] < PRIORITY_ORDER[least]) {
    return `${type.slug} takes work from priority ${least} up; this is ${priority}`;
  }
  return null;
}
