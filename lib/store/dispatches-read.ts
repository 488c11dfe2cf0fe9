import type { Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { DispatchDocument } from './documents';
import { listPage, type PageRequest } from './list-page';

export const findDispatch = (c: Collections, tenantId: string, id: ObjectId): Promise<DispatchDocument | null> =>
  c.dispatches.findOne({ _id: id, tenantId });

export const listDispatchPage = <R>(
  c: Collections,
  filter: Filter<DispatchDocument>,
  page: PageRequest,
  toRecord: (row: DispatchDocument) => R,
) => listPage(c.dispatches, filter, { direction: -1 }, page, toRecord);
