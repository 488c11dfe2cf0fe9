import { createHash } from 'node:crypto';

/** Equal for equal JSON, whatever the order of its fields; `where` holds the rest of what was asked. */
export const hashRequest = (where: string, body: unknown): string =>
  createHash('sha256')
    .update(`${where}\n${canonical(body)}`)
    .digest('base64url');

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
