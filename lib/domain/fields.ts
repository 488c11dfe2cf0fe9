import { z } from 'zod';
import { holdsCredential } from './redact';

/** Field shapes that several nouns share. */

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export const Priority = z.enum(PRIORITIES).describe('How urgent; ageing lets low start too');
export type Priority = z.infer<typeof Priority>;

/** 24 hex digits: a MongoDB ObjectId as the API shows it. */
export const Id = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'wants an id of 24 hex digits')
  .describe('Record id: 24 hex digits');

export const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
export const Slug = z
  .string()
  .regex(SLUG_PATTERN, 'wants 1 to 64 of a-z, 0-9 and -, beginning and ending with a letter or digit');

/** A name of the caller's own, stored as it came: a key that was put there by mistake would be shown to everybody. */
export const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'wants 1 to 64 of A-Z, a-z, 0-9, . _ and -')
  .refine(name => !holdsCredential(name), 'wants a name, not a key');

export const TenantId = Slug.describe('Tenant');
export const DEFAULT_TENANT = 'default';

/** Addressee of a message: an agent type's slug, or a person. */
export const HUMAN = 'human';

export const Timestamp = z.iso.datetime().describe('UTC time, ISO 8601');
export const NullableTimestamp = Timestamp.nullable();

/** Years have four digits, as ISO 8601 and `Timestamp` have them: from the first moment of 0000 to before that of 10000. */
export const FIRST_TIME_MS = -62_167_219_200_000;
export const END_OF_TIME_MS = 253_402_300_800_000;
const isTellable = (ms: number): boolean => ms >= FIRST_TIME_MS && ms < END_OF_TIME_MS;

/**
 * A time as callers give it. With its offset the last hours of 9999 are the year 10000 in UTC, and the first of 0000 lie
 * before it: such a time was stored, and its record then no longer said what its own schema promises.
 */
export const GivenTime = z.iso
  .datetime({ offset: true, abort: true })
  .refine(text => isTellable(Date.parse(text)), 'wants a time in the years 0000 to 9999 of UTC');

/** Bodies stay well under the 256 KiB a document may have. */
export const MAX_BODY_CHARACTERS = 64_000;
export const Body = z.string().min(1, 'wants some text').max(MAX_BODY_CHARACTERS);

export const Subject = z.string().max(300);

/** The database's driver takes `_bsontype` for the mark of a value of its own. */
export const Labels = z.record(z.string().regex(/^(?!_bsontype$)[A-Za-z0-9._-]{1,64}$/), z.string().max(200));

export const Usage = z
  .strictObject({
    inputTokens: z.number().int().nonnegative().optional(),
    outputTokens: z.number().int().nonnegative().optional(),
    costUsd: z.number().nonnegative().optional(),
  })
  .describe('What the attempt used; without a figure a budget shows as unenforced');
export type Usage = z.infer<typeof Usage>;

/** Fields that every record carries. */
export const recordFields = {
  id: Id,
  tenantId: TenantId,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  createdBy: z.string(),
};

export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE).describe('Rows a page, at most 200'),
  cursor: z.string().max(512).optional().describe('nextCursor of the page before'),
};
export const underField = { projectId: Id.optional().describe('This node or any below it') };
/** The database takes no pattern with a NUL in it. */
const SearchText = z
  .string()
  .min(1)
  .max(200)
  .refine(text => !text.includes('\0'), 'wants text without NUL');
export const searchField = { q: SearchText.optional().describe('Text to find') };

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
