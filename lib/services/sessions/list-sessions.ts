import { requirePermission } from '../../auth/policy';
import type { Page } from '../../domain/fields';
import type { ListSessions, Session } from '../../domain/session/schema';
import { listSessionRows } from '../../store/sessions';
import { toSession } from '../../store/to-record/observation';
import type { Context } from '../context';

export function listSessions({ plane, principal }: Context, query: ListSessions): Promise<Page<Session>> {
  requirePermission(principal, 'activity:read');
  return listSessionRows(plane.collections, principal.tenantId, query, toSession);
}
