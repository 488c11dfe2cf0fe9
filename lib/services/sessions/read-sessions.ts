import { requirePermission } from '../../auth/policy';
import { notFound } from '../../domain/errors';
import type { Page } from '../../domain/fields';
import type { ListSessions, Session } from '../../domain/session/schema';
import { pathId } from '../../store/ids';
import { findSession, listSessionRows } from '../../store/sessions';
import { legibleOne } from '../../store/to-record/legible';
import { toSession } from '../../store/to-record/observation';
import type { Context } from '../context';

export function listSessions({ plane, principal }: Context, query: ListSessions): Promise<Page<Session>> {
  requirePermission(principal, 'activity:read');
  return listSessionRows(plane.collections, principal.tenantId, query, toSession);
}

export async function getSession({ plane, principal }: Context, id: string): Promise<Session> {
  requirePermission(principal, 'activity:read');
  const row = await findSession(plane.collections, principal.tenantId, pathId('session', id));
  const record = legibleOne(row, toSession);
  if (!record) throw notFound('session', id);
  return record;
}
