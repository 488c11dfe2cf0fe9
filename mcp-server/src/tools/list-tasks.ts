import { z } from 'zod';
import { Id, pageFields } from '@/lib/domain/fields';
import { TaskStatus } from '@/lib/domain/task/schema';
import { listTasksAs } from '@/lib/services/tasks/read-tasks-as';
import { notice, TaskLine, toLines, WORK_NOTICE } from '../run-results';
import { READS, defineTool, input } from '../tool';

export const listTasksTool = defineTool({
  name: 'list_tasks',
  title: 'List tasks',
  description:
    'Tasks with their status and what they depend on: for a run’s planner all of its run, for other agents those of their ' +
    'type. Texts and results: `get_task`.',
  input: input({ runId: Id.optional(), status: TaskStatus.optional(), ...pageFields }),
  output: z.object({
    notice,
    items: z.array(TaskLine),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null when this is the last'),
  }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, { dispatch: _key, ...asked }) => {
    const { items, nextCursor } = await listTasksAs(caller, asked);
    return { ...WORK_NOTICE, items: toLines(items), nextCursor };
  },
});
