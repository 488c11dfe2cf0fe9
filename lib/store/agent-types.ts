import type { Document, Filter, ObjectId, WithId } from 'mongodb';
import type { Leaders } from '../domain/agent-type/reports-to';
import type { ListAgentTypes } from '../domain/agent-type/requests';
import type { SettingsChange } from '../domain/agent-type/settings';
import type { Page } from '../domain/fields';
import { COLLECTION_NAMES, type Collections } from './collections';
import type { AgentTypeDocument } from './documents';
import { hex } from './ids';
import { insertManyNow, insertNow } from './insert-now';
import { listPage } from './list-page';
import { purgeDeleted } from './purge-deleted';
import { recordMalformed } from './malformed';
import { containsText } from './text-filter';
import { readAgentType } from './to-record/agent-type';
import type { Transaction } from './transaction';

const LIVE = { deletedAt: { $exists: false } };
/** A tenant's types are read as a whole for claims and checks; more than this no page or prompt could show. */
const MOST_TYPES = 5_000;

const options = (tx: Transaction | undefined) => (tx ? { session: tx } : {});

/** Null for what cannot be read; the health page then says why. */
async function readable(c: Collections, raw: WithId<Document>): Promise<AgentTypeDocument | null> {
  const read = readAgentType(raw);
  if (read.ok) return read.type;
  const { tenantId, reason } = read;
  await recordMalformed(c, { tenantId, collection: COLLECTION_NAMES.agentTypes, documentId: hex(raw._id), reason });
  return null;
}

export async function findAgentType(
  c: Collections,
  tenantId: string,
  slug: string,
  tx?: Transaction,
): Promise<AgentTypeDocument | null> {
  const raw = await c.agentTypes.findOne({ tenantId, slug, ...LIVE }, options(tx));
  return raw ? readable(c, raw) : null;
}

/** Whether one of that name stands there, also one that cannot be read. */
export const hasAgentType = async (c: Collections, tenantId: string, slug: string): Promise<boolean> =>
  (await c.agentTypes.findOne({ tenantId, slug, ...LIVE }, { projection: { _id: 1 } })) !== null;

export const findRawAgentType = (c: Collections, id: ObjectId, tx?: Transaction): Promise<WithId<Document> | null> =>
  c.agentTypes.findOne({ _id: id, ...LIVE }, options(tx)) as Promise<WithId<Document> | null>;

export async function findAgentTypes(c: Collections, tenantId: string, tx?: Transaction): Promise<AgentTypeDocument[]> {
  const rows = await c.agentTypes
    .find({ tenantId, ...LIVE }, options(tx))
    .sort({ slug: 1 })
    .limit(MOST_TYPES)
    .toArray();
  const types = await Promise.all(rows.map(row => readable(c, row)));
  return types.filter(type => type !== null);
}

/** Who leads whom, without prompts. */
export async function findLeaders(c: Collections, tenantId: string, tx: Transaction): Promise<Leaders> {
  const rows = await c.agentTypes
    .find({ tenantId, ...LIVE }, { projection: { slug: 1, reportsTo: 1 }, session: tx })
    .limit(MOST_TYPES)
    .toArray();
  return new Map(rows.map(row => [row.slug, row.reportsTo ?? null]));
}

export async function listAgentTypeRows<R>(
  c: Collections,
  tenantId: string,
  query: ListAgentTypes,
  toRecord: (row: AgentTypeDocument) => R,
): Promise<Page<R>> {
  const { limit, cursor, q, ...fields } = query;
  const text = containsText(q, ['slug', 'name', 'description']);
  const filter: Document = { tenantId, ...LIVE, ...fieldFilter(fields), ...text };
  const page = await listPage(c.agentTypes, filter, { direction: 1 }, { limit, cursor }, row => readable(c, row));
  const items = await Promise.all(page.items);
  return { items: items.filter(type => type !== null).map(toRecord), nextCursor: page.nextCursor };
}

/** A driver may have left a field out: then its default is what it is. */
function fieldFilter({ enabled, paused, reportsTo }: Omit<ListAgentTypes, 'limit' | 'cursor' | 'q'>): Document {
  return {
    ...(enabled === undefined ? {} : { enabled: enabled ? { $ne: false } : false }),
    ...(paused === undefined ? {} : { paused: paused ? true : { $ne: true } }),
    ...(reportsTo === undefined ? {} : { reportsTo }),
  };
}

/** One that was deleted leaves its slug to it. Fails with a duplicate key when a live one has it. */
export async function insertAgentType(
  c: Collections,
  row: Omit<AgentTypeDocument, 'createdAt' | 'updatedAt'>,
  tx: Transaction,
): Promise<AgentTypeDocument> {
  const { tenantId, slug } = row;
  await c.agentTypes.deleteOne({ tenantId, slug, deletedAt: { $exists: true } }, { session: tx });
  return insertNow(c.agentTypes, row as AgentTypeDocument, undefined, tx);
}

/** Many at once, for a tenant that has none of them. */
export async function insertAgentTypes(
  c: Collections,
  rows: Omit<AgentTypeDocument, 'createdAt' | 'updatedAt'>[],
  tx: Transaction,
): Promise<void> {
  await insertManyNow(c.agentTypes, rows as AgentTypeDocument[], undefined, tx);
}

export interface ReviseAgentType {
  row: AgentTypeDocument;
  /** What the change was made from; a raw document has none yet. */
  fromRevision: number;
  revision: number;
  changes: SettingsChange[];
}

/** The one write of an edit: matches only while the document stands at the revision that was read. */
export async function reviseAgentType(
  c: Collections,
  { row, fromRevision, revision, changes }: ReviseAgentType,
  tx: Transaction,
): Promise<AgentTypeDocument | null> {
  const set = Object.fromEntries(changes.map(({ field, after }) => [field, { $literal: after }]));
  const raw = await c.agentTypes.findOneAndUpdate(
    { _id: row._id, ...LIVE, revision: { $in: [fromRevision, null] } } as unknown as Filter<AgentTypeDocument>,
    [{ $set: { ...set, revision, updatedAt: '$$NOW' } }],
    { session: tx, returnDocument: 'after' },
  );
  return raw ? readable(c, raw) : null;
}

/** Fills in what a driver left out, and marks that it did: of itself that is no event. */
export async function completeAgentType(c: Collections, row: AgentTypeDocument, revision: number, tx: Transaction) {
  const { _id, updatedAt: _updatedAt, ...fields } = row;
  const set = { ...literals(fields), revision, updatedAt: '$$NOW', adoptedAt: '$$NOW' };
  await c.agentTypes.updateOne({ _id, ...LIVE }, [{ $set: set }], { session: tx });
}

const literals = (fields: object): Document =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, { $literal: value }]));

/** That write is the event; the document stays until its slug is taken again or the sweep removes it. */
export async function markAgentTypeDeleted(c: Collections, row: AgentTypeDocument, tx: Transaction): Promise<boolean> {
  const result = await c.agentTypes.updateOne(
    { _id: row._id, ...LIVE },
    [{ $set: { deletedAt: '$$NOW', updatedAt: '$$NOW' } }],
    { session: tx },
  );
  return result.matchedCount === 1;
}

/** All types of all tenants, a few at a time and round again: for a sweep. */
export const findRawAgentTypesAfter = (
  c: Collections,
  afterId: ObjectId | null,
  limit: number,
): Promise<WithId<Document>[]> =>
  c.agentTypes
    .find({ ...LIVE, ...(afterId ? { _id: { $gt: afterId } } : {}) })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray() as Promise<WithId<Document>[]>;

export const purgeDeletedAgentTypes = (c: Collections): Promise<number> => purgeDeleted(c.agentTypes);
