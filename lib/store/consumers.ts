import type { Filter, ObjectId } from 'mongodb';
import type { ListConsumers } from '../domain/event/schema';
import type { Collections } from './collections';
import type { ConsumerDocument } from './documents';
import { isDuplicateKey } from './errors';
import { newId } from './ids';
import { insertNow } from './insert-now';
import { listPage } from './list-page';
import { containsText } from './text-filter';

/** Made by its first connection, and from then on that token's. Several at once make one. */
export async function openConsumer(
  c: Collections,
  row: Pick<ConsumerDocument, 'tenantId' | 'name' | 'tokenId' | 'createdBy'>,
): Promise<ConsumerDocument> {
  const { tenantId, name } = row;
  const there = await c.consumers.findOne({ tenantId, name });
  if (there) return there;
  const fresh = { ...row, position: null, positionOrder: null, ackedAt: null, connectionId: null };
  try {
    return await insertNow(c.consumers, { _id: newId(), ...fresh } as ConsumerDocument, [
      'createdAt',
      'updatedAt',
      'lastSeenAt',
    ]);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return (await c.consumers.findOne({ tenantId, name }))!;
  }
}

/** The connection that has the consumer from now on; whoever had it sees another's id here and ends. */
export async function holdConsumer(c: Collections, id: ObjectId, connectionId: string): Promise<void> {
  await c.consumers.updateOne({ _id: id }, [{ $set: { connectionId, lastSeenAt: '$$NOW', updatedAt: '$$NOW' } }]);
}

export async function leaveConsumer(c: Collections, id: ObjectId, connectionId: string): Promise<void> {
  await c.consumers.updateOne({ _id: id, connectionId }, [{ $set: { connectionId: null, lastSeenAt: '$$NOW' } }]);
}

/** False: another connection took it. It may be taken from `over`, which is older or nobody. */
export async function keepConsumer(
  c: Collections,
  id: ObjectId,
  connectionId: string,
  over: readonly (string | null)[],
): Promise<boolean> {
  const result = await c.consumers.updateOne({ _id: id, connectionId: { $in: [connectionId, ...over] } }, [
    { $set: { connectionId, lastSeenAt: '$$NOW' } },
  ]);
  return result.matchedCount === 1;
}

/** Moves forward or not at all: the order is compared in the same write. */
export async function ackConsumer(c: Collections, id: ObjectId, position: string, order: string): Promise<void> {
  await c.consumers.updateOne(
    { _id: id, $or: [{ positionOrder: null }, { positionOrder: { $lt: order } }] } as Filter<ConsumerDocument>,
    [{ $set: { position, positionOrder: order, ackedAt: '$$NOW', lastSeenAt: '$$NOW', updatedAt: '$$NOW' } }],
  );
}

export const findConsumer = (c: Collections, tenantId: string, name: string): Promise<ConsumerDocument | null> =>
  c.consumers.findOne({ tenantId, name });

export const listConsumerPage = <R>(
  c: Collections,
  tenantId: string,
  { limit, cursor, q }: ListConsumers,
  toRecord: (row: ConsumerDocument) => R,
) => listPage(c.consumers, { tenantId, ...containsText(q, ['name']) }, { direction: 1 }, { limit, cursor }, toRecord);

export async function deleteConsumer(c: Collections, id: ObjectId): Promise<void> {
  await c.consumers.deleteOne({ _id: id });
}
