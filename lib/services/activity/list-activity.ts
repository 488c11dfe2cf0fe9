import { requirePermission } from '../../auth/policy';
import type { Activity, ListActivity } from '../../domain/activity/schema';
import type { Page } from '../../domain/fields';
import { listActivityRows } from '../../store/activity';
import { toActivity } from '../../store/to-record/observation';
import type { Context } from '../context';

export function listActivity({ plane, principal }: Context, query: ListActivity): Promise<Page<Activity>> {
  requirePermission(principal, 'activity:read');
  return listActivityRows(plane.collections, principal.tenantId, query, toActivity);
}
