import type { z } from 'zod';
import { notFound } from '@/lib/domain/errors';

/**
 * Without those in which a driver put what the schema has not: a client takes a result that keeps to its schema, whole,
 * or none of it.
 */
export const fitting = <T>(schema: z.ZodType<T>, records: readonly T[]): T[] =>
  records.filter(record => schema.safeParse(record).success);

/** The one that was asked for by its id: as one that is not there. */
export function requireFitting<T extends { id: string }>(schema: z.ZodType<T>, noun: string, record: T): T {
  if (fitting(schema, [record]).length === 0) throw notFound(noun, record.id);
  return record;
}
