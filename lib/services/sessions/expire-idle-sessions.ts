import { closeSessions, expireIdle, findIdleSessions, findSessionsOfEndedDispatches } from '../../store/sessions';
import { CALL_OUTLIVES_SESSION_MS, LONGEST_CALL_MS } from '../../store/stale-records';
import { abandonCalls, findOldCalls } from '../../store/tool-calls';
import type { Plane } from '../context';

/** A sweep handles this much and goes on in the next. */
const BATCH = 500;

export interface ExpiredSessions {
  expired: number;
  closed: number;
  abandoned: number;
}

/** Sessions that went quiet or outlived their dispatch, and calls that nobody will end. Any number of processes may run it. */
export async function expireIdleSessions(plane: Plane): Promise<ExpiredSessions> {
  const c = plane.collections;
  const done: ExpiredSessions = { expired: 0, closed: 0, abandoned: 0 };
  for (const _id of await findIdleSessions(c, BATCH)) {
    if (!(await expireIdle(c, { _id }))) continue;
    done.expired += 1;
    done.abandoned += await abandonCalls(c, { sessionId: _id });
  }
  const ended = await findSessionsOfEndedDispatches(c, BATCH);
  if (ended.length > 0) done.closed = await closeSessions(c, { _id: { $in: ended } });
  const old = await findOldCalls(c, CALL_OUTLIVES_SESSION_MS, BATCH);
  const lost = old.filter(({ ageMs, isSessionOpen }) => !isSessionOpen || ageMs >= LONGEST_CALL_MS).map(({ id }) => id);
  if (lost.length > 0) done.abandoned += await abandonCalls(c, { _id: { $in: lost } });
  return done;
}
