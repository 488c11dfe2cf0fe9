import { isDeepStrictEqual } from 'node:util';
import { diffSettings } from '../../domain/agent-type/settings';
import { findNewestRevision } from '../../store/agent-type-revisions';
import { completeAgentType, findRawAgentType } from '../../store/agent-types';
import { COLLECTION_NAMES } from '../../store/collections';
import type { AgentTypeDocument, AgentTypeRevisionDocument, ObjectId } from '../../store/documents';
import { isDuplicateKey, isTooLarge } from '../../store/errors';
import { bodyId, hex } from '../../store/ids';
import { forgetMalformed, recordMalformed } from '../../store/malformed';
import { readAgentType, type ReadAgentType } from '../../store/to-record/agent-type';
import { transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import { systemContext, type Plane } from '../context';
import { afterChange } from './after-change';
import { RAW_EDITOR, recordRawEdit, subjectOf } from './save-revision';

type Raw = Record<string, unknown>;

/**
 * Takes up what a driver wrote into a type, or a type it inserted: judges it, fills in what is absent, and makes the
 * edit a revision like any other. Where there is nothing to take up it changes nothing.
 */
export async function adoptAgentType(plane: Plane, id: ObjectId): Promise<void> {
  const c = plane.collections;
  const raw = await findRawAgentType(c, id);
  if (!raw) return;
  const read = readAgentType(raw);
  const reason = (await reasonAgainst(plane, read)) ?? (read.ok ? await adopt(plane, id, raw, read.type) : null);
  const tenantId = read.ok ? read.type.tenantId : read.tenantId;
  const documentId = hex(id);
  const collection = COLLECTION_NAMES.agentTypes;
  if (reason === null) await forgetMalformed(c, collection, documentId);
  else await recordMalformed(c, { tenantId, collection, documentId, reason });
}

/** For each event of a type, whoever changed it and in whichever process. */
export async function reactToAgentType(
  plane: Plane,
  event: { id: string; tenantId: string; slug: string },
): Promise<void> {
  await adoptAgentType(plane, bodyId('id', event.id));
  await afterChange(plane, event.tenantId, [event.slug]);
}

async function reasonAgainst(plane: Plane, read: ReadAgentType): Promise<string | null> {
  if (!read.ok) return read.reason;
  const { tenantId } = read.type;
  return (await plane.tenants.exists(tenantId)) ? null : `tenantId: no tenant '${tenantId}'`;
}

/** Answers with the reason when it cannot be. */
async function adopt(plane: Plane, id: ObjectId, seen: Raw, seenType: AgentTypeDocument): Promise<string | null> {
  const c = plane.collections;
  // Nearly always there is nothing to do: found out without a transaction.
  if (isComplete(seen, seenType) && isRevised(seenType, await findNewestRevision(c, seenType))) return null;
  try {
    await transact(c, async tx => {
      const raw = await findRawAgentType(c, id, tx);
      const read = raw ? readAgentType(raw) : null;
      if (!raw || !read?.ok) return;
      const { type } = read;
      const newest = await findNewestRevision(c, type, tx);
      const isKnown = isRevised(type, newest);
      if (isKnown && isComplete(raw, type)) return;
      await completeAgentType(c, type, await recordRawEdit(c, tx, type), tx);
      if (isKnown) return;
      const changes = diffSettings(newest?.settings ?? null, type);
      const action = `agent-type.${RAW_EDITOR}`;
      await recordActivity(systemContext(plane, type.tenantId), { action, subject: subjectOf(type), changes, tx });
    });
    return null;
  } catch (error) {
    if (isTooLarge(error)) return 'the whole record: leaves no room for what the plane adds to it';
    if (!isDuplicateKey(error)) throw error;
    // It came without a tenant, and the default one has a type of this slug.
    return `slug: '${seenType.slug}' is taken in tenant '${seenType.tenantId}'`;
  }
}

const TEXTS = ['name', 'description', 'systemPrompt', 'tools', 'createdBy'] as const;

/** Every field the plane writes is there, at the revision it is read as, and its texts without a key. */
const isComplete = (raw: Raw, type: AgentTypeDocument): boolean =>
  Object.keys(type).every(field => raw[field] !== undefined) &&
  raw['revision'] === type.revision &&
  TEXTS.every(field => isDeepStrictEqual(raw[field], type[field]));

const isRevised = (type: AgentTypeDocument, newest: AgentTypeRevisionDocument | null): boolean =>
  newest !== null && newest.revision === type.revision && diffSettings(newest.settings, type).length === 0;
