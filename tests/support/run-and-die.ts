import { randomBytes } from 'node:crypto';
import { PlannedTask } from '@/lib/domain/run/plan';
import { CreateRun } from '@/lib/domain/run/schema';
import { buildPlane } from '@/lib/server/build-plane';
import { systemContext } from '@/lib/services/context';
import { completeDispatch } from '@/lib/services/dispatches/life-cycle';
import { resolveCaller } from '@/lib/services/identity/caller';
import { cancelRun } from '@/lib/services/runs/cancel-run';
import { openRun } from '@/lib/services/runs/open-run';
import { planTasks } from '@/lib/services/runs/plan-tasks';
import { createLogger } from '@/lib/telemetry/logger';

/** A process that makes one move in a run and, told to by its environment, dies on the way. */
const [mongodbUri = '', database = '', move = '', text = '{}'] = process.argv.slice(2);
const given = JSON.parse(text) as Record<string, string> & { epoch: number; tasks: unknown[] };
const { plane, close } = await buildPlane({
  mongodbUri,
  database,
  adminToken: randomBytes(16).toString('hex'),
  processName: 'mover',
  log: createLogger({ name: 'mover', level: 'error' }),
});
const ctx = systemContext(plane, 'default');
const moves: Record<string, () => Promise<unknown>> = {
  open: () => openRun(ctx, CreateRun.parse({ intent: 'cut off' }), given['runId']),
  plan: async () =>
    planTasks(
      await resolveCaller(ctx, given['key']),
      given.tasks.map(task => PlannedTask.parse(task)),
    ),
  complete: () => completeDispatch(ctx, given['id']!, { epoch: given.epoch, output: given['output']! }),
  cancel: () => cancelRun(ctx, given['runId']!),
};
await moves[move]!();
await close();
