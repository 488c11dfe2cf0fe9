import { progressFields } from '@/lib/domain/report/schema';
import { readAlive, type DispatchAlive } from '@/lib/services/dispatches/report-progress';
import { reportTaskProgress } from '@/lib/services/reports/report-task-progress';
import { once } from '../once';
import { Alive } from '../results';
import { SETTLES, creatingInput, defineTool } from '../tool';

export const reportProgressTool = defineTool({
  name: 'report_progress',
  title: 'Report progress',
  description:
    'Says how far your work is: once you know its shape, and at every natural step. It extends the lease like a heartbeat. ' +
    'When the answer says `cancelRequested`, bring the work to a safe end and stop.',
  input: creatingInput(progressFields),
  output: Alive,
  annotations: SETTLES,
  run: (call, asked) =>
    once<DispatchAlive>(call, 'report_progress', asked, {
      create: recordId => reportTaskProgress(call.caller, asked, recordId),
      readBack: async () => readAlive(call.caller),
      isRepeatable: true,
    }),
});
