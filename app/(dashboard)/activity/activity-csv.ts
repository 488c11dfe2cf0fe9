import type { Activity } from '@/lib/domain/activity/schema';

const HEAD = ['at', 'actor', 'actorKind', 'actorId', 'action', 'subjectKind', 'subjectId', 'changes'];

/** A cell that begins with one of these is a formula to a spreadsheet: what agents wrote would run there. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row of the log a line, by RFC 4180; what changed as JSON in the last column, so that no field is lost. */
export function activityCsv(rows: readonly Activity[]): string {
  const lines = rows.map(({ at, actor, action, subject, changes }) => [
    at,
    actor.label,
    actor.kind,
    actor.id,
    action,
    subject.kind,
    subject.id,
    changes.length === 0 ? '' : JSON.stringify(changes),
  ]);
  return [HEAD, ...lines].map(line => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
