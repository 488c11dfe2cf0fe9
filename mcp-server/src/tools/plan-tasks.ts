import { z } from 'zod';
import type { Pathless } from '@/lib/domain/project/schema';
import { PlanTasks } from '@/lib/domain/run/plan';
import type { Task } from '@/lib/domain/task/schema';
import { planTasks, readPlanned } from '@/lib/services/runs/plan-tasks';
import { once } from '../once';
import { TaskLine, toLines } from '../run-results';
import { SETTLES, creatingInput, defineTool } from '../tool';

export const planTasksTool = defineTool({
  name: 'plan_tasks',
  title: 'Plan tasks of my run',
  description:
    'For a run’s planner: puts tasks into the run, each for one agent type. A task is ready when all it depends on is done; ' +
    'keys of `dependsOn` are of this call or earlier ones. All of a call is planned or nothing. The same entry again is the ' +
    'same task, so a call may be repeated; a changed task needs a new key. Afterwards end your turn: you are resumed with news.',
  input: creatingInput(PlanTasks.shape),
  output: z.object({ tasks: z.array(TaskLine), next: z.string() }),
  // Its own keys make a repeat harmless, with an idempotencyKey or without.
  annotations: SETTLES,
  run: async (call, asked) => {
    const tasks = await once<Pathless<Task>[]>(call, 'plan_tasks', asked, {
      create: () => planTasks(call.caller, asked.tasks),
      readBack: () => readPlanned(call.caller, asked.tasks),
      isRepeatable: true,
    });
    return {
      tasks: toLines(tasks),
      next: 'Plan more now, or end your turn without a result: you are resumed when a task ends, blocks or asks.',
    };
  },
});
