import type { z } from 'zod';
import { ControlPlaneError, type FieldError } from '../domain/errors';
import { validationFailed } from '../services/explain-issues';

/** At the first `?`: a value may hold more of them. */
export function splitUrl(url: string): [path: string, queryText: string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** Parameters by their schema; one it does not know, or one given twice, is refused and not ignored. */
export function readQuery<Query>(schema: z.ZodType<Query> | undefined, queryText: string): Query {
  const given: Record<string, string> = {};
  const twice: FieldError[] = [];
  for (const [name, value] of new URLSearchParams(queryText)) {
    if (Object.hasOwn(given, name))
      twice.push({ path: name.slice(0, 100), message: 'is given twice, wants one value' });
    // Not an assignment: `__proto__` is a name like any other, and refused as unknown.
    Object.defineProperty(given, name, { value, enumerable: true, configurable: true, writable: true });
  }
  if (twice.length > 0)
    throw new ControlPlaneError('validation-failed', `${twice[0]!.path}: ${twice[0]!.message}`, { errors: twice });
  if (!schema) {
    const unknown = Object.keys(given).map(path => ({ path: path.slice(0, 100), message: 'is not a parameter here' }));
    if (unknown.length === 0) return {} as Query;
    throw new ControlPlaneError('validation-failed', `${unknown[0]!.path}: ${unknown[0]!.message}`, {
      errors: unknown,
    });
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw validationFailed('query', parsed.error, given);
  return parsed.data;
}
