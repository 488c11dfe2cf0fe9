import { z } from 'zod';
import { Labels } from '../../domain/fields';
import { redactProject } from '../../domain/project/redact-project';
import { Project, ProjectKind } from '../../domain/project/schema';
import { redactSecrets } from '../../domain/redact';
import type { ObjectId, ProjectDocument } from '../documents';
import { hex, hexOrNull, iso } from '../ids';
import { asObjectId } from '../raw-document';

/** A stored node, whoever wrote it: what is absent gets its default, what is there must fit. */
const StoredProject = z.object({
  tenantId: z.string(),
  kind: ProjectKind,
  slug: Project.shape.slug,
  name: z.string().optional(),
  context: z.string().default(''),
  labels: Labels.default({}),
});

/** Null for what cannot be read: such a node is no part of the tree. */
export function readProject(stored: object): ProjectDocument | null {
  const raw = stored as Record<string, unknown>;
  const parsed = StoredProject.safeParse(raw);
  if (!parsed.success) return null;
  const _id = raw['_id'] as ObjectId;
  const createdAt = raw['createdAt'] instanceof Date ? raw['createdAt'] : _id.getTimestamp();
  return {
    _id,
    ...redactProject({ ...parsed.data, name: parsed.data.name ?? parsed.data.slug }),
    parentId: asObjectId(raw['parentId']),
    createdAt,
    updatedAt: raw['updatedAt'] instanceof Date ? raw['updatedAt'] : createdAt,
    createdBy: typeof raw['createdBy'] === 'string' ? redactSecrets(raw['createdBy']) : 'raw-insert',
  };
}

/** Why it is no part of the tree; null where it is. */
export function reasonAgainstProject(stored: object): string | null {
  const [issue] = StoredProject.safeParse(stored).error?.issues ?? [];
  return issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : null;
}

export const toProject = (row: ProjectDocument): Project => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
  kind: row.kind,
  slug: row.slug,
  name: row.name,
  parentId: hexOrNull(row.parentId),
  context: row.context,
  labels: row.labels,
});
