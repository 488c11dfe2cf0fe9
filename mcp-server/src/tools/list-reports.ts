import { z } from 'zod';
import { Id, pageFields } from '@/lib/domain/fields';
import { Report } from '@/lib/domain/report/schema';
import { listReportsAs } from '@/lib/services/reports/read-reports';
import { fitting } from '../fitting';
import { notice, WORK_NOTICE } from '../run-results';
import { READS, defineTool, input } from '../tool';

export const listReportsTool = defineTool({
  name: 'list_reports',
  title: 'List reports',
  description:
    'Handovers, progress, blockers, questions and results of tasks, newest first: for a run’s planner all of its run, for ' +
    'other agents those of their own task or of a `taskId` of their type. A page ends early where they are long; ' +
    '`nextCursor` goes on.',
  input: input({
    taskId: Id.optional(),
    runId: Id.optional(),
    ...pageFields,
  }),
  output: z.object({
    notice,
    items: z.array(Report),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null when this is the last'),
  }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, { dispatch: _key, ...asked }) => {
    const { items, nextCursor } = await listReportsAs(caller, asked);
    return { ...WORK_NOTICE, items: fitting(Report, items), nextCursor };
  },
});
