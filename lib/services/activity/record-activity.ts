import { redactSecrets } from '../../auth/redact';
import type { ActivityDocument } from '../../store/documents';
import { insertNow } from '../../store/insert-now';
import { newId } from '../../store/ids';
import type { Context } from '../context';

export interface ActivityEntry {
  /** `noun.verb`. */
  action: string;
  subject: { kind: string; id: string };
  changes?: { field: string; before: unknown; after: unknown }[];
  /** Whose log it goes into; the actor's own, unless an admin of `default` acts on another tenant. */
  tenantId?: string;
}

/** A value longer than this is shown by its beginning: the log says what changed, the record holds the text. */
const MAX_VALUE_CHARACTERS = 2_000;

/** Who did what to what. Every write verb ends with one. */
export async function recordActivity(
  ctx: Context,
  { action, subject, changes = [], tenantId }: ActivityEntry,
): Promise<void> {
  const { principal, plane } = ctx;
  const document: ActivityDocument = {
    _id: newId(),
    tenantId: tenantId ?? principal.tenantId,
    at: new Date(plane.clock.now()),
    actor: { kind: principal.role, id: principal.id, label: principal.label },
    action,
    subject,
    changes: changes.map(({ field, before, after }) => ({ field, before: shown(before), after: shown(after) })),
  };
  await insertNow(plane.collections.activity, document, ['at']);
}

function shown(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null;
  const safe = redactSecrets(value);
  return safe.length > MAX_VALUE_CHARACTERS ? `${safe.slice(0, MAX_VALUE_CHARACTERS)}…` : safe;
}
