import { crashPoint } from '../../telemetry/crash-point';
import type { Plane } from '../context';
import { reconcileHolds } from './reconcile-holds';

/**
 * What a changed type means for everything else. The change itself is committed: when this fails or the process dies
 * here, the type's event and the sweep do the same again.
 */
export async function afterChange(plane: Plane, tenantId: string, slugs: readonly string[]): Promise<void> {
  for (const slug of slugs) plane.agentTypes.forget(tenantId, slug);
  crashPoint('agent-type:after-commit');
  for (const slug of slugs) {
    try {
      await reconcileHolds(plane, tenantId, slug);
    } catch (error) {
      plane.log.warn({ err: error, tenantId, slug }, 'work of a changed agent type is moved by the sweep');
    }
  }
  // A higher limit moves no work, and yet more of it may start.
  plane.doorbell.ring(tenantId);
}
