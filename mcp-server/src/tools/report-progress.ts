import { progressFields } from '@/lib/domain/report/schema';
import { reportTaskProgress } from '@/lib/services/reports/report-task-progress';
import { Alive } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const reportProgressTool = defineTool({
  name: 'report_progress',
  title: 'Report progress',
  description:
    'Says how far your work is: once you know its shape, and at every natural step. It extends the lease like a heartbeat. ' +
    'When the answer says `cancelRequested`, bring the work to a safe end and stop.',
  input: input(progressFields),
  output: Alive,
  annotations: SETTLES,
  run: async ({ caller }, { percent, state }) => {
    const { report: _report, ...alive } = await reportTaskProgress(caller, { percent, state });
    return alive;
  },
});
