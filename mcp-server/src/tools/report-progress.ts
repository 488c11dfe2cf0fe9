import { z } from 'zod';
import { reportProgress } from '@/lib/services/dispatches/report-progress';
import { Alive } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const reportProgressTool = defineTool({
  name: 'report_progress',
  title: 'Report progress',
  description:
    'Says how far your work is: once you know its shape, and at every natural step. It extends the lease like a heartbeat. ' +
    'When the answer says `cancelRequested`, bring the work to a safe end and stop.',
  input: input({
    percent: z.number().min(0).max(100),
    state: z.string().min(1).max(2_000).describe('One concrete line: what is finished, what is next'),
  }),
  output: Alive,
  annotations: SETTLES,
  run: ({ caller }, { percent, state }) => reportProgress(caller, { percent, state }),
});
