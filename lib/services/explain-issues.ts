import type { z } from 'zod';
import { redactSecrets } from '../domain/redact';
import { ControlPlaneError, type FieldError } from '../domain/errors';

/** More than a person reads; a body of a million bad elements must not answer a million errors. */
const MAX_ERRORS = 50;
const SHOWN_CHARACTERS = 60;
const SECRET_FIELDS = new Set(['token', 'code', 'key', 'secret', 'password', 'dispatch']);

type Issue = z.core.$ZodIssue;

/** A failed schema as every door says it: each bad field, what came and what is wanted. */
export function validationFailed(
  where: 'body' | 'query' | 'arguments',
  error: z.ZodError,
  input: unknown,
): ControlPlaneError {
  const errors = explainIssues(error, input);
  const first = errors[0]!;
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new ControlPlaneError('validation-failed', `${first.path || `the ${where}`}: ${first.message}${rest}`, {
    errors,
  });
}

export const explainIssues = (error: z.ZodError, input: unknown): FieldError[] =>
  error.issues.flatMap(issue => explain(issue, input)).slice(0, MAX_ERRORS);

function explain(issue: Issue, input: unknown): FieldError[] {
  const path = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      path: pathText([...issue.path, key]).slice(0, 200),
      message: 'is not a field here',
    }));
  }
  return [{ path, message: `${got(issue, input)}, ${wanted(issue)}` }];
}

function got({ path }: Issue, input: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  if (value === undefined) return 'got nothing';
  if (Array.isArray(value)) return `got a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'got an object';
  if (typeof value !== 'string') return `got ${String(value)}`;
  const isSecret = path.some(key => SECRET_FIELDS.has(String(key)));
  return isSecret || value.length > SHOWN_CHARACTERS
    ? `got a text of ${value.length} characters`
    : `got ${JSON.stringify(redactSecrets(value))}`;
}

function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `wants ${NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `wants ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
    case 'too_big':
      return own(issue.message) ?? `wants ${size(issue)}`;
    case 'invalid_union':
      return wantedOfUnion(issue);
    case 'invalid_format':
      return (
        own(issue.message) ??
        `wants ${issue.format === 'datetime' ? 'an ISO 8601 time such as 2026-01-31T12:00:00Z' : issue.format}`
      );
    case 'invalid_key':
      return 'has a name that is not allowed here';
    default:
      return issue.message;
  }
}

function size(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const [bound, limit] =
    issue.code === 'too_small' ? (['at least', issue.minimum] as const) : (['at most', issue.maximum] as const);
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' elements' : '';
  if (unit === '' && issue.inclusive === false)
    return `${issue.code === 'too_small' ? 'more than' : 'less than'} ${limit}`;
  return `${bound} ${limit}${unit}`;
}

function wantedOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const options = issue.errors.map(branch => branch[0]).filter(first => first !== undefined);
  const texts = new Set(options.map(first => wanted(first as Issue).replace(/^wants /, '')));
  return texts.size > 0 ? `wants ${[...texts].join(', or ')}` : issue.message;
}

const NAMES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

/** A message that the schema's author wrote, as against zod's own. */
const own = (message: string): string | null =>
  /^(Invalid|Too (small|big)|Unrecognized)/.test(message) ? null : message;

/** A name is the caller's text as a value is. */
const pathText = (path: readonly PropertyKey[]): string => redactSecrets(path.map(String).join('.'));
