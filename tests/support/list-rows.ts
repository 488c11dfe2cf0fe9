import type { Collection, Document } from 'mongodb';
import type { Collections } from '@/lib/store/collections';
import type { ObjectId } from '@/lib/store/documents';
import { newId } from '@/lib/store/ids';
import type { ApiServer } from './api-server';

/** What rows of these collections may not have in common, or must not share by chance. */
export const FRESH: Partial<Record<keyof Collections, (id: ObjectId) => Document>> = {
  messages: () => ({ status: 'none', projectId: null }),
  tasks: () => ({ kind: 'work', status: 'done', projectId: null }),
  threads: () => ({ projectId: null }),
  runs: () => ({ projectId: null }),
  agentTypes: () => ({ slug: `type-${newId().toHexString()}` }),
  agentTypeRevisions: id => ({ revision: 2 + Number.parseInt(id.toHexString().slice(-6), 16) }),
  projects: () => ({ slug: `node-${newId().toHexString()}` }),
  sessions: () => ({ key: newId().toHexString() }),
  consumers: () => ({ name: newId().toHexString() }),
  tenants: id => ({ tenantId: `t-${id.toHexString()}` }),
  apiTokens: id => ({ tokenId: id.toHexString() }),
  dispatches: () => ({ status: 'done', projectId: null, source: { kind: 'task', id: newId() }, endedAt: new Date() }),
};
/** Each held by a unique index: a copy would be a second claim. */
export const CLAIMS = ['open', 'lane', 'slot', 'question'];

/** Puts copies of one row of a collection beside it, each with what `more` says of it; their ids as the API has them. */
export async function copyRows(
  { plane }: ApiServer,
  { from, tenantId = 'default', without = [] }: { from: keyof Collections; tenantId?: string; without?: string[] },
  more: Document[],
): Promise<string[]> {
  const collection = plane.collections[from] as unknown as Collection;
  const row = (await collection.findOne({ tenantId: 'default' }, { sort: { _id: 1 } }))!;
  const left = new Set([...without, ...(from === 'dispatches' ? CLAIMS : [])]);
  const kept = Object.fromEntries(Object.entries(row).filter(([field]) => !left.has(field)));
  const rows = more.map(fields => {
    const _id = newId();
    return { ...kept, ...FRESH[from]?.(_id), ...fields, tenantId, _id };
  });
  await collection.insertMany(rows);
  return rows.map(({ _id }) => _id.toHexString());
}
