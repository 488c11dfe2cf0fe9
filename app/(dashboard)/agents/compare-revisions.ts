import type { AgentTypeRevision } from '@/lib/domain/agent-type/schema';
import type { FieldChange } from '@/app/_ui/change-list';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * What differs between two revisions, from what each save between them changed: of a field, what stood before the first
 * of those saves and after the last. A field that was changed and changed back does not differ.
 */
export function compareRevisions(revisions: readonly AgentTypeRevision[], from: number, to: number): FieldChange[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  const between = revisions
    .filter(({ revision }) => revision > low && revision <= high)
    .toSorted((a, b) => a.revision - b.revision);
  const fields = new Map<string, FieldChange>();
  for (const { changes } of between) {
    for (const { field, before, after } of changes) {
      fields.set(field, { field, before: fields.has(field) ? fields.get(field)?.before : before, after });
    }
  }
  return [...fields.values()]
    .filter(({ before, after }) => !same(before, after))
    .map(({ field, before, after }) =>
      from <= to ? { field, before, after } : { field, before: after, after: before },
    );
}
