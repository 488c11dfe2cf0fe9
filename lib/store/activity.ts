import type { Filter } from 'mongodb';
import type { ListActivity } from '../domain/activity/schema';
import type { Page } from '../domain/fields';
import type { Collections } from './collections';
import type { ActivityDocument } from './documents';
import { listPage } from './list-page';
import { hasWords } from './text-filter';

export function listActivityRows<R>(
  c: Collections,
  tenantId: string,
  { limit, cursor, q, action, actorId, subjectKind, subjectId }: ListActivity,
  toRecord: (row: ActivityDocument) => R,
): Promise<Page<R>> {
  const filter: Filter<ActivityDocument> = {
    tenantId,
    ...(action ? { action } : {}),
    ...(actorId ? { 'actor.id': actorId } : {}),
    ...(subjectKind ? { 'subject.kind': subjectKind } : {}),
    ...(subjectId ? { 'subject.id': subjectId } : {}),
    ...hasWords(q),
  };
  return listPage(c.activity, filter, { direction: -1 }, { limit, cursor }, toRecord);
}
