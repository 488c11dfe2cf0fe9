import { z } from 'zod';
import { orDefault, patchFields } from '../merge-patch';

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
  ...patchFields(Settings.pick({ dispatchPaused: true }).shape),
  retention: orDefault(z.strictObject(patchFields(Retention.shape)), Retention.parse({})),
  revision: z.number().int().nonnegative(),
});
export type PatchSettings = z.infer<typeof PatchSettings>;
