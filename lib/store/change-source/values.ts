import { ObjectId } from 'mongodb';

/** Free text in an event is a label, not a body. */
const LABEL_CHARACTERS = 200;

/** 24 hex digits, from an ObjectId or from the text a driver wrote; else null. */
export function hexOf(value: unknown): string | null {
  if (value instanceof ObjectId) return value.toHexString();
  return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value) ? value.toLowerCase() : null;
}

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' ? value.slice(0, LABEL_CHARACTERS) : null;

export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

export const flagOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

export const isoOf = (value: unknown): string | null =>
  value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;

export const isDate = (value: unknown): value is Date => value instanceof Date;

/** The value where it is one of those allowed, else the fallback. */
export const oneOf = <T extends string>(value: unknown, allowed: readonly T[], fallback: T): T =>
  allowed.includes(value as T) ? (value as T) : fallback;

/** Leaves out what is null: optional fields of an event are absent, not empty. */
export const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
