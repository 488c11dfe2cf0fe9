import type { SystemHealth } from '../../domain/health/schema';

const NOBODY_LISTENING_SECONDS = 10;

/** Due work that nobody can hear of. A pause is a person's choice, and no alarm; it ends when somebody listens. */
export const isNobodyListening = (
  { orchestratorsConnected, oldestDueSeconds }: Pick<SystemHealth, 'orchestratorsConnected' | 'oldestDueSeconds'>,
  dispatchPaused: boolean,
): boolean => orchestratorsConnected === 0 && (oldestDueSeconds ?? 0) >= NOBODY_LISTENING_SECONDS && !dispatchPaused;
