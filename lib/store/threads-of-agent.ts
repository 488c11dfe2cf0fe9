import type { Collections } from './collections';
import type { ObjectId } from './documents';

/** Threads one agent type takes part in are the ones it was written to or wrote in; more than this are read in pages. */
const MOST_THREADS = 5_000;

export async function threadsOfAgent(c: Collections, tenantId: string, agentType: string): Promise<ObjectId[]> {
  const match = { tenantId, $or: [{ assignedTo: agentType }, { 'from.kind': 'agent' as const, 'from.id': agentType }] };
  const rows = await c.messages
    .aggregate<{ _id: ObjectId }>([{ $match: match }, { $group: { _id: '$threadId' } }, { $limit: MOST_THREADS }])
    .toArray();
  return rows.map(({ _id }) => _id);
}

export async function agentIsInThread(
  c: Collections,
  tenantId: string,
  agentType: string,
  threadId: ObjectId,
): Promise<boolean> {
  const row = await c.messages.findOne(
    { tenantId, threadId, $or: [{ assignedTo: agentType }, { 'from.kind': 'agent', 'from.id': agentType }] },
    { projection: { _id: 1 } },
  );
  return row !== null;
}
