import type { Filter, ObjectId } from 'mongodb';
import type { DispatchStatus } from '../domain/dispatch/schema';
import type { DispatchDocument } from './documents';

/** A dispatch in these is somebody's, and its holder may write. */
export const WRITABLE: DispatchStatus[] = ['running', 'cancelling'];

/** What every write of a holder must match: its epoch, and a lease that has not run out by the database's clock. */
export const fence = (tenantId: string, id: ObjectId, epoch: number): Filter<DispatchDocument> => ({
  _id: id,
  tenantId,
  epoch,
  status: { $in: WRITABLE },
  $expr: { $gt: ['$leaseUntil', '$$NOW'] },
});
