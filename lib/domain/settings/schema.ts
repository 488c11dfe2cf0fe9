import { z } from 'zod';

const days = (fallback: number) => z.number().int().min(1).max(3_650).default(fallback);

export const Retention = z.strictObject({
  activityDays: days(90),
  toolCallDays: days(30),
  sessionDays: days(30),
  dispatchDays: days(180),
});

export const Settings = z.object({
  dispatchPaused: z.boolean().default(false).describe('Holds all dispatch of this tenant'),
  retention: Retention.prefault({}),
  revision: z.number().int().nonnegative().default(0),
});
export type Settings = z.infer<typeof Settings>;

export const PatchSettings = z.strictObject({
  dispatchPaused: z.boolean().optional(),
  retention: z
    .strictObject({
      activityDays: z.number().int().min(1).max(3_650).optional(),
      toolCallDays: z.number().int().min(1).max(3_650).optional(),
      sessionDays: z.number().int().min(1).max(3_650).optional(),
      dispatchDays: z.number().int().min(1).max(3_650).optional(),
    })
    .optional(),
  revision: z.number().int().nonnegative(),
});
export type PatchSettings = z.infer<typeof PatchSettings>;
