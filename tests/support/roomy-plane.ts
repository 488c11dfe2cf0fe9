import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { makePlane, type TestPlane } from './make-plane';

/** More at once than any test starts. */
const ROOM = 1_000;

/** A plane with its default tenant, whose agent types are never at their limit: for tests of something else. */
export async function makeRoomyPlane(): Promise<TestPlane> {
  const test = await makePlane();
  await ensureDefaultTenant(test.plane);
  await test.plane.collections.agentTypes.updateMany({}, { $set: { concurrency: ROOM } });
  test.plane.agentTypes.clear();
  return test;
}
