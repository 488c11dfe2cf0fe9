import { redactSecrets } from '../../domain/redact';
import type { Principal } from '../../domain/identity/schema';
import type { ActivityDocument } from '../../store/documents';
import { insertNow } from '../../store/insert-now';
import { newId } from '../../store/ids';
import type { Transaction } from '../../store/transaction';
import type { Context } from '../context';

export interface ActivityEntry {
  /** `noun.verb`. */
  action: string;
  subject: { kind: string; id: string };
  changes?: { field: string; before: unknown; after: unknown }[];
  /** Whose log it goes into; the actor's own, unless an admin of `default` acts on another tenant. */
  tenantId?: string;
  /** Where the change itself is a transaction: the row is there exactly when the change is. */
  tx?: Transaction;
}

/** A value longer than this is shown by its beginning: the log says what changed, the record holds the text. */
const MAX_VALUE_CHARACTERS = 2_000;

/** Who did what to what. Every write verb ends with one. */
export async function recordActivity(
  ctx: Context,
  { action, subject, changes = [], tenantId, tx }: ActivityEntry,
): Promise<void> {
  const { principal, plane } = ctx;
  const at = new Date(plane.clock.now());
  const document: ActivityDocument = {
    _id: newId(),
    tenantId: tenantId ?? principal.tenantId,
    createdAt: at,
    updatedAt: at,
    createdBy: principal.id,
    at,
    actor: actorOf(principal),
    action,
    subject,
    changes: changes.map(({ field, before, after }) => ({ field, before: shown(before), after: shown(after) })),
  };
  await insertNow(plane.collections.activity, document, ['at', 'createdAt', 'updatedAt'], tx);
}

/** A dispatch key speaks for an agent, whoever's connection it came over. */
const actorOf = ({ via, role, id, label }: Principal): ActivityDocument['actor'] => ({
  kind: via === 'system' ? 'system' : role,
  id,
  label,
});

function shown(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object') return JSON.parse(redactSecrets(JSON.stringify(value))) as unknown;
  if (typeof value !== 'string') return value;
  const safe = redactSecrets(value);
  return safe.length > MAX_VALUE_CHARACTERS ? `${safe.slice(0, MAX_VALUE_CHARACTERS)}…` : safe;
}
