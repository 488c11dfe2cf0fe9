import { Output } from '@/lib/domain/dispatch/schema';
import { markDone } from '@/lib/services/dispatches/mark-done';
import { Ended, END_TURN } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const markDoneTool = defineTool({
  name: 'mark_done',
  title: 'Finish my work',
  description:
    'Ends your dispatch. For a message, `output` is posted as your reply, and answers it if it was a question. ' +
    'A task with deliverables ends with `submit_result` instead. The first end counts; the same call again answers the same.',
  input: input({ output: Output.optional().describe('The whole answer, as the reader should get it') }),
  output: Ended,
  annotations: SETTLES,
  endsDispatch: true,
  run: async ({ caller }, asked) => ({ ...(await markDone(caller, asked)), ...END_TURN }),
});
