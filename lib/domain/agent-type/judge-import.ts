import type { z } from 'zod';
import type { FieldError } from '../errors';
import { reportsToFault } from './reports-to';
import { ImportChange, ImportNew } from './requests';
import type { AgentTypeSettings } from './schema';
import { mergeSettings } from './settings';

export interface JudgedEntry {
  slug: string;
  /** Null: it cannot be taken, for `errors`. */
  settings: AgentTypeSettings | null;
  errors: FieldError[];
}

/**
 * What each entry of an import would make of its type. Of a type that is there only what is named changes; a new one
 * gets the defaults. Leaders are judged last, as they would stand with the whole file taken in.
 */
export function judgeImport(
  entries: readonly unknown[],
  existing: ReadonlyMap<string, AgentTypeSettings>,
): JudgedEntry[] {
  const seen = new Set<string>();
  const judged = entries.map((entry, at) => {
    const slug = slugOf(entry);
    if (seen.has(slug)) return refused(slug, [{ path: `agentTypes.${at}.slug`, message: `'${slug}' is there twice` }]);
    seen.add(slug);
    return judgeEntry(entry, slug, at, existing.get(slug));
  });
  const leaders = new Map([...existing].map(([slug, settings]) => [slug, settings.reportsTo]));
  for (const { slug, settings } of judged) if (settings) leaders.set(slug, settings.reportsTo);
  return judged.map((item, at) => {
    const leader = item.settings?.reportsTo ?? null;
    // An old fault of a type that this file does not touch there is not this file's.
    if (leader === null || existing.get(item.slug)?.reportsTo === leader) return item;
    const fault = reportsToFault(item.slug, leader, leaders);
    return fault === null ? item : refused(item.slug, [{ path: `agentTypes.${at}.reportsTo`, message: fault }]);
  });
}

function judgeEntry(entry: unknown, slug: string, at: number, current: AgentTypeSettings | undefined): JudgedEntry {
  const parsed = current ? ImportChange.safeParse(entry) : ImportNew.safeParse(entry);
  if (!parsed.success)
    return refused(
      slug,
      parsed.error.issues.flatMap(issue => explain(issue, at)),
    );
  if (!current) {
    const { slug: _slug, ...settings } = parsed.data as ImportNew;
    return { slug, settings, errors: [] };
  }
  const { slug: _slug, ...patch } = parsed.data as ImportChange;
  return { slug, settings: mergeSettings(current, patch), errors: [] };
}

function explain(issue: z.core.$ZodIssue, at: number): FieldError[] {
  const path = ['agentTypes', at, ...issue.path].map(String).join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map(key => ({ path: `${path}.${key}`.slice(0, 200), message: 'is not a field here' }));
}

const refused = (slug: string, errors: FieldError[]): JudgedEntry => ({ slug, settings: null, errors });

function slugOf(entry: unknown): string {
  const slug = typeof entry === 'object' && entry !== null ? (entry as { slug?: unknown }).slug : undefined;
  return typeof slug === 'string' ? slug.slice(0, 100) : '';
}
