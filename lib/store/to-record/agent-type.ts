import { readRawAgentType } from '../../domain/agent-type/read-raw';
import type { AgentType, AgentTypeRevision, Budget } from '../../domain/agent-type/schema';
import { settingsOf } from '../../domain/agent-type/settings';
import { DEFAULT_TENANT } from '../../domain/fields';
import { redactSecrets } from '../../domain/redact';
import type { AgentTypeDocument, AgentTypeRevisionDocument, ObjectId } from '../documents';
import { hex, iso } from '../ids';

export type ReadAgentType = { ok: true; type: AgentTypeDocument } | { ok: false; tenantId: string; reason: string };

const isDate = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime());

/** A stored type as the plane uses it. Any driver may have written it: absent fields get their defaults. */
export function readAgentType(raw: Record<string, unknown>): ReadAgentType {
  const tenantId = typeof raw['tenantId'] === 'string' ? raw['tenantId'] : DEFAULT_TENANT;
  if (raw['tenantId'] !== undefined && typeof raw['tenantId'] !== 'string') {
    return { ok: false, tenantId, reason: 'tenantId: wants a text' };
  }
  const read = readRawAgentType(raw);
  if (!read.ok) return { ok: false, tenantId, reason: read.reason };
  const _id = raw['_id'] as ObjectId;
  const createdAt = isDate(raw['createdAt']) ? raw['createdAt'] : _id.getTimestamp();
  const type: AgentTypeDocument = {
    _id,
    tenantId,
    slug: read.slug,
    ...read.settings,
    revision: revisionOf(raw['revision']),
    createdAt,
    updatedAt: isDate(raw['updatedAt']) ? raw['updatedAt'] : createdAt,
    createdBy: typeof raw['createdBy'] === 'string' ? redactSecrets(raw['createdBy']) : 'raw-insert',
    ...(isDate(raw['deletedAt']) ? { deletedAt: raw['deletedAt'] } : {}),
  };
  return { ok: true, type };
}

const revisionOf = (value: unknown): number => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 1);

export const toAgentType = (row: AgentTypeDocument, budget: Budget | null): AgentType => ({
  id: hex(row._id),
  tenantId: row.tenantId,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  createdBy: row.createdBy,
  slug: row.slug,
  ...settingsOf(row),
  revision: row.revision,
  budget,
});

export const toRevision = ({ revision, at, by, changes }: AgentTypeRevisionDocument): AgentTypeRevision => ({
  revision,
  at: iso(at),
  by,
  changes,
});
