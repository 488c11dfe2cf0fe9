import type { Page } from '../domain/fields';
import type { Collections } from './collections';
import type { AgentTypeRevisionDocument } from './documents';
import { newId } from './ids';
import { insertManyNow, insertNow } from './insert-now';
import { decodeNumberCursor, encodeNumberCursor } from './number-cursor';
import type { PageRequest } from './list-page';
import { legible } from './to-record/legible';
import type { Transaction } from './transaction';

const options = (tx: Transaction | undefined) => (tx ? { session: tx } : {});

export const findNewestRevision = (
  c: Collections,
  { tenantId, slug }: { tenantId: string; slug: string },
  tx?: Transaction,
): Promise<AgentTypeRevisionDocument | null> =>
  c.agentTypeRevisions.findOne({ tenantId, slug }, { sort: { revision: -1 }, ...options(tx) });

export const findRevision = (
  c: Collections,
  { tenantId, slug, revision }: { tenantId: string; slug: string; revision: number },
  tx: Transaction,
): Promise<AgentTypeRevisionDocument | null> =>
  c.agentTypeRevisions.findOne({ tenantId, slug, revision }, { session: tx });

type NewRevision = Omit<AgentTypeRevisionDocument, '_id' | 'at' | 'createdAt' | 'updatedAt'>;
const TIMES = ['at', 'createdAt', 'updatedAt'];

/** The unique index gives each number out once. */
export const insertRevision = (c: Collections, row: NewRevision, tx: Transaction): Promise<AgentTypeRevisionDocument> =>
  insertNow(c.agentTypeRevisions, { _id: newId(), ...row } as AgentTypeRevisionDocument, TIMES, tx);

export async function insertRevisions(c: Collections, rows: NewRevision[], tx: Transaction): Promise<void> {
  const documents = rows.map(row => ({ _id: newId(), ...row }) as AgentTypeRevisionDocument);
  await insertManyNow(c.agentTypeRevisions, documents, TIMES, tx);
}

/** Slugs that are or were in use. */
export async function findRevisedSlugs(c: Collections, tenantId: string, tx: Transaction): Promise<Set<string>> {
  return new Set(await c.agentTypeRevisions.distinct('slug', { tenantId }, { session: tx }));
}

/** Newest first, without the settings: the index is the order. */
export async function listRevisionRows<R>(
  c: Collections,
  { tenantId, slug }: { tenantId: string; slug: string },
  { limit, cursor }: PageRequest,
  toRecord: (row: AgentTypeRevisionDocument) => R,
): Promise<Page<R>> {
  const below = cursor === undefined ? {} : { $lt: decodeNumberCursor(cursor) };
  const rows = await c.agentTypeRevisions
    // What is no whole number has no place in this order; a driver wrote it.
    .find({ tenantId, slug, revision: { $gte: 1, $mod: [1, 0], ...below } }, { projection: { settings: 0 } })
    .sort({ revision: -1 })
    .limit(limit + 1)
    .toArray();
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items: legible(page, toRecord), nextCursor: last ? encodeNumberCursor(last.revision) : null };
}
