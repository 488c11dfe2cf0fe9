import { GroupCommit } from '../../../kernel/group-commit';
import { LruMap } from '../../../kernel/lru-map';
import { hasAnswered } from '../../../store/dispatch-resumes';
import type { Plane } from '../../context';

type Look = GroupCommit<string, boolean>;
const looks = new WeakMap<Plane, LruMap<string, Look>>();
/** Tenants whose claimers come together; an idle one costs a few hundred bytes. */
const MOST_TENANTS = 500;
const MOST_TOGETHER = 100;

/**
 * Mostly none is, and every claim by rank asks: those that come together share the answer. Nobody's is from before they
 * asked.
 */
export function isAnyAnswered(plane: Plane, tenantId: string): Promise<boolean> {
  const ofPlane = looks.get(plane) ?? new LruMap<string, Look>(MOST_TENANTS);
  looks.set(plane, ofPlane);
  const run = async (asking: string[]) => {
    const isAny = await hasAnswered(plane.collections, tenantId);
    return asking.map(() => isAny);
  };
  const look = ofPlane.get(tenantId) ?? new GroupCommit({ run, abreast: 1, mostTogether: MOST_TOGETHER });
  ofPlane.set(tenantId, look);
  return look.submit(tenantId);
}
