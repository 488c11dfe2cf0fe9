/**
 * What may be known of a document that a driver put there: the BSON type of each field, by MongoDB's own alias
 * (`missing`, `null`, `string`, `objectId`, `bool`, `int`, `double`, `date`, …), and the values that route it. Never a
 * body: the stream judges without carrying one.
 */
export interface RawFields {
  types: Record<string, string | undefined>;
  values: Record<string, unknown>;
}

export type RawVerdict = { ok: true } | { ok: false; reason: string };

const NUMBERS = ['int', 'long', 'double', 'decimal'];

/** One rule of a judge: null when the field is fine. */
export type RawRule = (fields: RawFields) => string | null;

const typeOf = (fields: RawFields, field: string): string => fields.types[field] ?? 'missing';
export const isAbsent = (fields: RawFields, field: string): boolean =>
  ['missing', 'null', 'undefined'].includes(typeOf(fields, field));

export const wants =
  (field: string, types: string[], words: string, { required = false } = {}): RawRule =>
  fields => {
    if (isAbsent(fields, field)) return required ? `${field}: absent, wants ${words}` : null;
    const type = typeOf(fields, field);
    const fits = types.includes(type) || (types.includes('number') && NUMBERS.includes(type));
    return fits ? null : `${field}: got ${type}, wants ${words}`;
  };

export const wantsOneOf =
  (field: string, allowed: readonly string[]): RawRule =>
  fields => {
    if (isAbsent(fields, field)) return null;
    const value = fields.values[field];
    return typeof value === 'string' && allowed.includes(value)
      ? null
      : `${field}: got ${shown(value)}, wants one of ${allowed.join(', ')}`;
  };

/** An ObjectId, or its 24 hex digits as the API shows them. */
export const wantsId =
  (field: string): RawRule =>
  fields => {
    if (isAbsent(fields, field) || typeOf(fields, field) === 'objectId') return null;
    const value = fields.values[field];
    return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)
      ? null
      : `${field}: got ${shown(value)}, wants an ObjectId`;
  };

export const wantsMatch =
  (field: string, pattern: RegExp, words: string): RawRule =>
  fields => {
    if (isAbsent(fields, field)) return null;
    const value = fields.values[field];
    return typeof value === 'string' && pattern.test(value) ? null : `${field}: got ${shown(value)}, wants ${words}`;
  };

export const wantsCount =
  (field: string): RawRule =>
  fields => {
    if (isAbsent(fields, field)) return null;
    const value = fields.values[field];
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? null
      : `${field}: got ${shown(value)}, wants a whole number from 0 up`;
  };

/** The first rule broken decides: one reason is enough to mend by. */
export function judge(fields: RawFields, rules: readonly RawRule[]): RawVerdict {
  for (const rule of rules) {
    const reason = rule(fields);
    if (reason !== null) return { ok: false, reason };
  }
  return { ok: true };
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'something else';
  const text = typeof value === 'string' ? `'${value}'` : typeof value === 'object' ? 'an object' : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
