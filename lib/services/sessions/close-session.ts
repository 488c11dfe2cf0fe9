import { bodyId } from '../../store/ids';
import { closeSessions } from '../../store/sessions';
import type { Plane } from '../context';
import { sessionKey } from './open-session';

export type WhichSession = { tenantId: string } & ({ dispatchId: string } | { key: string });

/**
 * Ends a session with its dispatch or its pipe. Its calls that are still open are left to end by themselves (one of
 * them may be the call that ended the dispatch); the sweep gives up those that do not.
 */
export function closeSession(plane: Plane, which: WhichSession): Promise<number> {
  const { tenantId } = which;
  return closeSessions(
    plane.collections,
    'key' in which
      ? { key: sessionKey(tenantId, which.key) }
      : { tenantId, dispatchId: bodyId('dispatchId', which.dispatchId) },
  );
}
