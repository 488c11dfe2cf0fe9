import type { Document, ObjectId } from 'mongodb';
import { DEFAULT_TENANT, type Page } from '../domain/fields';
import type { ListProjects } from '../domain/project/schema';
import { COLLECTION_NAMES, type Collections } from './collections';
import type { ProjectDocument } from './documents';
import { bodyId } from './ids';
import { insertNow } from './insert-now';
import { listPage } from './list-page';
import type { MalformedRow } from './malformed';
import { purgeDeleted } from './purge-deleted';
import { containsText } from './text-filter';
import { readProject, reasonAgainstProject } from './to-record/project';
import type { Transaction } from './transaction';

const LIVE = { deletedAt: { $exists: false } };
const options = (tx: Transaction | undefined) => (tx ? { session: tx } : {});

export async function findProject(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  tx?: Transaction,
): Promise<ProjectDocument | null> {
  const raw = await c.projects.findOne({ _id: id, tenantId, ...LIVE }, options(tx));
  return raw ? readProject(raw) : null;
}

/** Every tenant's nodes: the tree in memory, and those that cannot be in it. */
export async function findAllProjects(c: Collections): Promise<{ nodes: ProjectDocument[]; refused: MalformedRow[] }> {
  const nodes: ProjectDocument[] = [];
  const refused: MalformedRow[] = [];
  for (const raw of await c.projects.find(LIVE).toArray()) {
    const node = readProject(raw);
    if (node) nodes.push(node);
    else refused.push(refusal(raw));
  }
  return { nodes, refused };
}

const refusal = (raw: Pick<ProjectDocument, '_id'> & { tenantId?: unknown }): MalformedRow => ({
  tenantId: typeof raw.tenantId === 'string' ? raw.tenantId.slice(0, 64) : DEFAULT_TENANT,
  collection: COLLECTION_NAMES.projects,
  documentId: String(raw._id),
  reason: reasonAgainstProject(raw) ?? 'it cannot be read',
});

/** Nodes and those above them, whoever's they are: level by level, at most `depth`, each level in one read. */
export async function findProjectChains(
  c: Collections,
  ids: readonly ObjectId[],
  depth: number,
): Promise<ProjectDocument[]> {
  const found: ProjectDocument[] = [];
  let next = ids;
  for (let level = 0; level < depth && next.length > 0; level += 1) {
    const raw = await c.projects.find({ _id: { $in: [...next] }, ...LIVE }).toArray();
    const rows = raw.map(readProject).filter(row => row !== null);
    found.push(...rows);
    next = rows.map(({ parentId }) => parentId).filter(parentId => parentId !== null);
  }
  return found;
}

export async function listProjectRows<R>(
  c: Collections,
  tenantId: string,
  { limit, cursor, q, kind, parentId }: ListProjects,
  toRecord: (row: ProjectDocument) => R,
): Promise<Page<R>> {
  const filter: Document = {
    tenantId,
    ...LIVE,
    ...(kind ? { kind } : {}),
    ...(parentId ? { parentId: bodyId('parentId', parentId) } : {}),
    ...containsText(q, ['slug', 'name']),
  };
  const page = await listPage(c.projects, filter, { direction: 1 }, { limit, cursor }, readProject);
  return { items: page.items.filter(row => row !== null).map(toRecord), nextCursor: page.nextCursor };
}

/** A node that was deleted leaves its slug among its siblings to this one. Duplicate key: a live one has it. */
export async function insertProject(
  c: Collections,
  row: Omit<ProjectDocument, 'createdAt' | 'updatedAt'>,
  tx: Transaction,
): Promise<ProjectDocument> {
  await freeSlug(c, row, tx);
  return insertNow(c.projects, row as ProjectDocument, undefined, tx);
}

type Place = Pick<ProjectDocument, 'tenantId' | 'parentId' | 'slug'>;

const freeSlug = (c: Collections, { tenantId, parentId, slug }: Place, tx: Transaction) =>
  c.projects.deleteOne({ tenantId, parentId, slug, deletedAt: { $exists: true } }, { session: tx });

/** Retagging is this one write, whatever hangs below. */
export async function updateProject(
  c: Collections,
  { _id, tenantId }: ProjectDocument,
  set: Pick<ProjectDocument, 'slug' | 'name' | 'parentId' | 'context' | 'labels'>,
  tx: Transaction,
): Promise<ProjectDocument | null> {
  await freeSlug(c, { tenantId, ...set }, tx);
  const literal = Object.fromEntries(Object.entries(set).map(([field, value]) => [field, { $literal: value }]));
  const raw = await c.projects.findOneAndUpdate(
    { _id, tenantId, ...LIVE },
    // A pipeline's $set merges objects: labels that are gone must go.
    [{ $unset: ['labels'] }, { $set: { ...literal, updatedAt: '$$NOW' } }],
    { session: tx, returnDocument: 'after' },
  );
  return raw ? readProject(raw) : null;
}

/** That write is the event; the document stays until its slug is taken again or the sweep removes it. */
export async function markProjectDeleted(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  tx: Transaction,
): Promise<boolean> {
  const result = await c.projects.updateOne(
    { _id: id, tenantId, ...LIVE },
    [{ $set: { deletedAt: '$$NOW', updatedAt: '$$NOW' } }],
    { session: tx },
  );
  return result.matchedCount === 1;
}

export interface HangsOnProject {
  children: number;
  threads: number;
  tasks: number;
}

/** Counted no further than this: 'more than a thousand' is reason enough. */
export const COUNTED_AT_MOST = 1_000;

export async function countUnderProject(
  c: Collections,
  tenantId: string,
  id: ObjectId,
  tx: Transaction,
): Promise<HangsOnProject> {
  const count = { session: tx, limit: COUNTED_AT_MOST };
  const children = await c.projects.countDocuments({ tenantId, parentId: id, ...LIVE }, count);
  const threads = await c.threads.countDocuments({ tenantId, projectId: id, ...LIVE }, count);
  // `$type` lets it use the index that only tasks of a node are in: the tenant's configuration is locked meanwhile.
  const onNode = { projectId: { $eq: id, $type: 'objectId' as const } };
  const tasks = await c.tasks.countDocuments({ tenantId, ...onNode, ...LIVE }, count);
  return { children, threads, tasks };
}

export const purgeDeletedProjects = (c: Collections): Promise<number> => purgeDeleted(c.projects);
