import { z } from 'zod';
import { Id } from '@/lib/domain/fields';
import { PATH_FIELDS } from '@/lib/domain/project/schema';
import { Task } from '@/lib/domain/task/schema';
import { getTaskAs } from '@/lib/services/tasks/read-tasks-as';
import { requireFitting } from '../fitting';
import { notice, WORK_NOTICE } from '../run-results';
import { READS, defineTool, input } from '../tool';

const Shown = Task.omit(PATH_FIELDS);

export const getTaskTool = defineTool({
  name: 'get_task',
  title: 'Read a task',
  description: 'One task with its input, declared deliverables and result: what was handed in, and what is missing.',
  input: input({ taskId: Id }),
  output: z.object({ notice, task: Shown }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, { taskId }) => ({
    ...WORK_NOTICE,
    task: requireFitting(Shown, 'task', await getTaskAs(caller, taskId)),
  }),
});
