import type { ObjectId } from 'mongodb';

/** What every record has. */
export interface RecordDocument {
  _id: ObjectId;
  tenantId: string;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string;
  /** Written before an API delete: that write is the event, and lists leave the record out. */
  deletedAt?: Date;
}
