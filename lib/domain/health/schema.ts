import { z } from 'zod';
import { Timestamp } from '../fields';

export const SystemHealth = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  reasons: z.array(z.string()),
  eventsPerSecond: z.number(),
  orchestratorsConnected: z.number().int(),
  staleRecords: z.number().int(),
  oldestDueSeconds: z.number().nullable(),
  replicaSet: z.object({
    members: z.array(z.object({ host: z.string(), state: z.string(), lagSeconds: z.number().nullable() })),
  }),
  oplogWindowHours: z.number().nullable(),
  consumers: z.array(
    z.object({ name: z.string(), lagSeconds: z.number().nullable(), tokenAgeSeconds: z.number().nullable() }),
  ),
  heldAccounts: z
    .array(z.object({ account: z.string(), until: Timestamp }))
    .describe('Provider accounts that take no work before then'),
  malformed: z.object({
    count: z.number().int(),
    recent: z.array(z.object({ collection: z.string(), id: z.string(), reason: z.string() })),
  }),
  storage: z.array(
    z.object({
      collection: z.string(),
      documents: z.number().nullable().describe('Of all tenants, so told to the default one alone; else null'),
      bytes: z.number().nullable().describe('As documents'),
      bound: z.string(),
    }),
  ),
});
export type SystemHealth = z.infer<typeof SystemHealth>;
