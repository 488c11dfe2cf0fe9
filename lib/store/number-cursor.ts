import { invalidField } from '../domain/errors';

/** Pages ordered by one unique number. */
export const encodeNumberCursor = (value: number): string => Buffer.from(`n${value}`).toString('base64url');

export function decodeNumberCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (/^n\d{1,15}$/.test(text)) return Number(text.slice(1));
  throw invalidField('cursor', `got '${cursor.slice(0, 40)}', wants the nextCursor of an earlier page`);
}
