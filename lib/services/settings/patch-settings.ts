import { requirePermission } from '../../auth/policy';
import { ControlPlaneError } from '../../domain/errors';
import { given } from '../../domain/merge-patch';
import { readRawSettings } from '../../domain/settings/read-raw';
import type { PatchSettings, Settings } from '../../domain/settings/schema';
import { isDuplicateKey } from '../../store/errors';
import { findSettings, writeSettings } from '../../store/settings';
import { transact } from '../../store/transaction';
import { recordActivity } from '../activity/record-activity';
import type { Context } from '../context';

/** Merges. `dispatchPaused` is the one switch that holds all dispatch: claims see it within half a second anywhere. */
export async function patchSettings(ctx: Context, { revision, ...patch }: PatchSettings): Promise<Settings> {
  requirePermission(ctx.principal, 'settings:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const c = plane.collections;
  const settings = await transact(c, async tx => {
    const from = readRawSettings({ ...(await findSettings(c, tenantId, tx)) });
    if (revision !== from.revision) throw revisionConflict(revision, from.revision);
    const to = merge(from, patch);
    const changes = diff(from, to);
    if (changes.length === 0) return from;
    const next = { ...to, revision: revision + 1 };
    const written = await writeSettings(
      c,
      { tenantId, fromRevision: revision, settings: next, updatedBy: principal.id },
      tx,
    );
    if (!written) throw revisionConflict(revision, revision + 1);
    await recordActivity(ctx, { action: 'settings.update', subject: { kind: 'settings', id: tenantId }, changes, tx });
    return next;
  }).catch((error: unknown) => {
    // Two first writes at once: the other one made the document.
    if (isDuplicateKey(error)) throw revisionConflict(revision, revision + 1);
    throw error;
  });
  plane.settings.forget(tenantId);
  plane.doorbell.ring(tenantId);
  return settings;
}

const merge = (from: Settings, { retention, ...patch }: Omit<PatchSettings, 'revision'>): Settings => ({
  ...from,
  ...given(patch),
  retention: { ...from.retention, ...given(retention ?? {}) },
});

function diff(from: Settings, to: Settings) {
  const [before, after] = [flatten(from), flatten(to)];
  return Object.keys(after)
    .filter(field => before[field] !== after[field])
    .map(field => ({ field, before: before[field], after: after[field] }));
}

const flatten = ({ dispatchPaused, retention }: Settings): Record<string, unknown> => ({
  dispatchPaused,
  ...Object.fromEntries(Object.entries(retention).map(([name, days]) => [`retention.${name}`, days])),
});

const revisionConflict = (got: number, currentRevision: number): ControlPlaneError =>
  new ControlPlaneError('revision-conflict', `revision: got ${got}; the settings are at ${currentRevision} now.`, {
    details: { currentRevision },
    errors: [{ path: 'revision', message: `got ${got}, wants ${currentRevision}` }],
  });
