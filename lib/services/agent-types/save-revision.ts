import type { AgentTypeSettings } from '../../domain/agent-type/schema';
import { diffSettings, settingsOf, type SettingsChange } from '../../domain/agent-type/settings';
import { ControlPlaneError } from '../../domain/errors';
import type { Principal } from '../../domain/identity/schema';
import { findNewestRevision, insertRevision } from '../../store/agent-type-revisions';
import { insertAgentType, reviseAgentType } from '../../store/agent-types';
import type { Collections } from '../../store/collections';
import type { AgentTypeDocument, ObjectId } from '../../store/documents';
import { hex } from '../../store/ids';
import type { Transaction } from '../../store/transaction';
import { crashPoint } from '../../telemetry/crash-point';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';

/**
 * Every change of a type comes through here, inside the caller's transaction: document, revision row and audit row
 * appear together or not at all, so that no crash leaves a type at a revision that nobody can read.
 */
export interface Saved {
  type: AgentTypeDocument;
  changes: SettingsChange[];
}

export const RAW_EDITOR = 'raw-edit';

export async function saveNew(
  ctx: Context,
  tx: Transaction,
  { id, slug, settings }: { id: ObjectId; slug: string; settings: AgentTypeSettings },
): Promise<Saved> {
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  // A slug that was in use before counts on: a dispatch that names a revision must mean one thing for ever.
  const newest = await findNewestRevision(c, { tenantId, slug }, tx);
  const revision = (newest?.revision ?? 0) + 1;
  const changes = diffSettings(null, settings);
  const type = await insertAgentType(
    c,
    { _id: id, tenantId, slug, ...settings, revision, createdBy: principal.id },
    tx,
  );
  await insertRevision(c, { tenantId, slug, revision, ...authorOf(principal), settings, changes }, tx);
  await recordActivity(ctx, { action: 'agent-type.create', subject: subjectOf(type), changes, tx });
  return { type, changes };
}

export async function saveEdit(
  ctx: Context,
  tx: Transaction,
  {
    from,
    settings,
    action = 'agent-type.update',
  }: { from: AgentTypeDocument; settings: AgentTypeSettings; action?: string },
): Promise<Saved> {
  const { plane, principal } = ctx;
  const { tenantId, slug } = from;
  const c = plane.collections;
  const changes = diffSettings(from, settings);
  const revision = (await recordRawEdit(c, tx, from)) + 1;
  const type = await reviseAgentType(c, { row: from, fromRevision: from.revision, revision, changes }, tx);
  if (!type) throw new ControlPlaneError('conflict', `Agent type '${slug}' was changed at the same moment; try again.`);
  crashPoint('agent-type:before-revision');
  await insertRevision(c, { tenantId, slug, revision, ...authorOf(principal), settings, changes }, tx);
  crashPoint('agent-type:before-commit');
  await recordActivity(ctx, { action, subject: subjectOf(from), changes, tx });
  return { type, changes };
}

/**
 * The revision the document as it stands belongs to. A driver may have edited it past the plane: then that edit gets
 * its own revision first, and nobody else's name.
 */
export async function recordRawEdit(c: Collections, tx: Transaction, row: AgentTypeDocument): Promise<number> {
  const { tenantId, slug } = row;
  const newest = await findNewestRevision(c, { tenantId, slug }, tx);
  const settings = settingsOf(row);
  if (newest && newest.revision === row.revision && diffSettings(newest.settings, settings).length === 0) {
    return newest.revision;
  }
  const revision = Math.max(row.revision, (newest?.revision ?? 0) + 1);
  const changes = diffSettings(newest?.settings ?? null, settings);
  const author = { by: RAW_EDITOR, createdBy: RAW_EDITOR };
  await insertRevision(c, { tenantId, slug, revision, ...author, settings, changes }, tx);
  return revision;
}

const authorOf = ({ label, id }: Principal) => ({ by: label, createdBy: id });

export const subjectOf = (type: Pick<AgentTypeDocument, '_id'>) => ({ kind: 'agent-type', id: hex(type._id) });

export const revisionConflict = (got: number, currentRevision: number): ControlPlaneError =>
  new ControlPlaneError(
    'revision-conflict',
    `revision: got ${got}; this is at ${currentRevision} now. Read it again and make the change from there.`,
    { details: { currentRevision }, errors: [{ path: 'revision', message: `got ${got}, wants ${currentRevision}` }] },
  );
