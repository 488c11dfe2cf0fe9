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

/** Each bad field of an entry by its path in it, what came and what is wanted. */
type Explain = (error: z.ZodError, entry: unknown) => FieldError[];

/**
 * What each entry of an import would make of its type. Of a type that is there only what is named changes; a new one
 * gets the defaults. Leaders are judged last, as they would stand with the whole file taken in.
 */
export function judgeImport(
  entries: readonly unknown[],
  existing: ReadonlyMap<string, AgentTypeSettings>,
  explain: Explain,
): JudgedEntry[] {
  const seen = new Set<string>();
  const judged = entries.map((entry, at) => {
    const slug = slugOf(entry);
    if (slug !== '' && seen.has(slug)) {
      const message = `got '${slug}' twice, wants each type once`;
      return refused(slug, [{ path: `agentTypes.${at}.slug`, message }]);
    }
    seen.add(slug);
    const found = judgeEntry(entry, slug, existing.get(slug), explain);
    return { ...found, errors: found.errors.map(({ path, message }) => ({ path: pathOf(at, path), message })) };
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

const pathOf = (at: number, path: string): string => ['agentTypes', at, ...(path === '' ? [] : [path])].join('.');

function judgeEntry(
  entry: unknown,
  slug: string,
  current: AgentTypeSettings | undefined,
  explain: Explain,
): JudgedEntry {
  const parsed = current ? ImportChange.safeParse(entry) : ImportNew.safeParse(entry);
  if (!parsed.success) return refused(slug, explain(parsed.error, entry));
  if (!current) {
    const { slug: _slug, ...settings } = parsed.data as ImportNew;
    return { slug, settings, errors: [] };
  }
  const { slug: _slug, ...patch } = parsed.data as ImportChange;
  return { slug, settings: mergeSettings(current, patch), errors: [] };
}

const refused = (slug: string, errors: FieldError[]): JudgedEntry => ({ slug, settings: null, errors });

function slugOf(entry: unknown): string {
  const slug = typeof entry === 'object' && entry !== null ? (entry as { slug?: unknown }).slug : undefined;
  return typeof slug === 'string' ? slug.slice(0, 100) : '';
}
