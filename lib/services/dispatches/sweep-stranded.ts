import { hasAgentType } from '../../store/agent-types';
import { findAnsweredOf, findAnsweredTypes } from '../../store/dispatch-resumes';
import { releaseWaiting } from '../../store/dispatches';
import type { Plane } from '../context';
import { settleDispatch } from './settle/settle';

/** Of one type in one pass; the rest comes with the next. */
const BATCH = 200;

/**
 * What waited, was answered, and has no agent type any more to go on with it: like all due work of such a type it is
 * unroutable, or held, until there is one of that name, and then starts anew with what its thread says. Not before the
 * answer: until then it waits for that, and a type that a driver replaces is gone for a moment only.
 */
export async function sweepStranded(plane: Plane): Promise<number> {
  const c = plane.collections;
  let released = 0;
  for (const tenantId of plane.tenants.all()) {
    for (const slug of await findAnsweredTypes(c, tenantId)) {
      if (await hasAgentType(c, tenantId, slug)) continue;
      plane.agentTypes.forget(tenantId, slug);
      for (const waiting of await findAnsweredOf(c, tenantId, slug, BATCH)) {
        const row = await releaseWaiting(c, waiting, `no agent type '${slug}'`);
        if (!row) continue;
        await settleDispatch(plane, row);
        released += 1;
      }
    }
  }
  return released;
}
