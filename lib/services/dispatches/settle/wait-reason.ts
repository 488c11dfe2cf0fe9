import { HUMAN } from '../../../domain/fields';
import { TO_NEWS, TO_ORCHESTRATOR } from '../../../domain/run/schema';
import type { PendingQuestion } from '../../../store/documents';

const MAX_REASON_CHARACTERS = 500;

/** Nobody may come for it for long; until then its work is not to say that it waits for an answer. */
export const ANSWERED = 'answered; goes on when it is claimed';

/** Why its work stands still. */
export function reasonOf({ to, blocker, answerId, hold }: PendingQuestion): string {
  if (blocker) return blocker.reason.slice(0, MAX_REASON_CHARACTERS);
  if (answerId) return ANSWERED;
  if (to === TO_NEWS) return 'waits for news of its run';
  if (to === TO_ORCHESTRATOR) return 'waits for its orchestrator’s answer';
  if (to === HUMAN) return 'waits for a person’s answer';
  return [`waits for ${to} to answer`, hold].filter(Boolean).join('; ').slice(0, MAX_REASON_CHARACTERS);
}
