import type { PatchProject, Project } from './schema';

type Editable = Pick<Project, 'slug' | 'name' | 'parentId' | 'context' | 'labels'>;
export interface ProjectChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** RFC 7396: absent = unchanged, a label of null goes. */
export function mergeProject(current: Editable, { labels, ...patch }: PatchProject): Editable {
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const merged = Object.entries({ ...current.labels, ...labels }).filter(([, value]) => value !== null);
  const { slug, name, parentId, context } = current;
  return { slug, name, parentId, context, ...given, labels: Object.fromEntries(merged) as Record<string, string> };
}

/** Labels by their own name. */
export function diffProject(before: Editable | null, after: Editable): ProjectChange[] {
  const [old, now] = [before ? flatten(before) : {}, flatten(after)];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .map(field => ({ field, before: old[field] ?? null, after: now[field] ?? null }))
    .filter(change => change.before !== change.after);
}

const flatten = ({ slug, name, parentId, context, labels }: Editable): Record<string, unknown> => ({
  slug,
  name,
  parentId,
  context,
  ...Object.fromEntries(Object.entries(labels).map(([label, value]) => [`labels.${label}`, value])),
});
