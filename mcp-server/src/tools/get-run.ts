import { z } from 'zod';
import { Id } from '@/lib/domain/fields';
import { PATH_FIELDS } from '@/lib/domain/project/schema';
import { Run, TaskCounts } from '@/lib/domain/run/schema';
import { readRunAs } from '@/lib/services/runs/as-caller';
import { requireFitting } from '../fitting';
import { notice, WORK_NOTICE } from '../run-results';
import { READS, defineTool, input } from '../tool';

const Shown = Run.omit(PATH_FIELDS);

export const getRunTool = defineTool({
  name: 'get_run',
  title: 'Read a run',
  description:
    'How a run stands: its intent, status, what blocks it, its result, and how many tasks are in each status. Inside a run, ' +
    'your own; `list_tasks` names the tasks.',
  input: input({ runId: Id }),
  output: z.object({ notice, run: Shown, tasks: TaskCounts }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, { runId }) => {
    const { run, counts } = await readRunAs(caller, runId);
    return { ...WORK_NOTICE, run: requireFitting(Shown, 'run', run), tasks: counts };
  },
});
