import { isDuplicateKey } from '../../store/errors';
import { bodyId } from '../../store/ids';
import type { SessionDocument } from '../../store/documents';
import { expireIdle, insertSession, touchSession } from '../../store/sessions';
import { abandonCalls } from '../../store/tool-calls';
import type { Plane } from '../context';

export interface SessionOf {
  tenantId: string;
  /** The dispatch, else token and client name; one open session a key. */
  key: string;
  client: string;
  agentType: string | null;
  dispatchId: string | null;
  threadId: string | null;
  /** Whose token it is. */
  createdBy: string;
}

const MAX_CLIENT_CHARACTERS = 120;
/** Each retry means that another call made, expired or closed the session in between. */
const TRIES = 5;

/** The open session of this key, as active as now; made if there is none, by one of many calls at once. */
export async function openOrTouchSession(plane: Plane, session: SessionOf): Promise<SessionDocument> {
  const c = plane.collections;
  const { tenantId, dispatchId, threadId } = session;
  const key = sessionKey(tenantId, session.key);
  const made = {
    ...session,
    key,
    client: session.client.slice(0, MAX_CLIENT_CHARACTERS),
    dispatchId: dispatchId === null ? null : bodyId('dispatchId', dispatchId),
    threadId: threadId === null ? null : bodyId('threadId', threadId),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await touchSession(c, key)) ?? (await insertSession(c, made));
    } catch (error) {
      if (!isDuplicateKey(error) || attempt === TRIES) throw error;
      // Idle for too long and not swept yet: it ends here, and a new one begins.
      const old = await c.sessions.findOne({ key, status: 'open' }, { projection: { _id: 1 } });
      if (old && (await expireIdle(c, { _id: old._id }))) await abandonCalls(c, { sessionId: old._id });
    }
  }
}

/** Tenants may use equal names. */
export const sessionKey = (tenantId: string, key: string): string => `${tenantId}/${key}`;
