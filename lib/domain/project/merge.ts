import { given } from '../merge-patch';
import type { PatchProject, Project } from './schema';

type Editable = Pick<Project, 'slug' | 'name' | 'parentId' | 'context' | 'labels'>;
export interface ProjectChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** Labels are merged one by one: one of null goes, and with null all of them. */
export function mergeProject(current: Editable, { labels, ...patch }: PatchProject): Editable {
  const labelled = labels === null ? {} : { ...current.labels, ...labels };
  const kept = Object.entries(labelled).filter(([, value]) => value !== null);
  const { slug, name, parentId, context } = current;
  return { slug, name, parentId, context, ...given(patch), labels: Object.fromEntries(kept) as Record<string, string> };
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
