import { Output } from '@/lib/domain/dispatch/schema';
import type { Finished } from '@/lib/services/dispatches/finish-dispatch';
import { markDone } from '@/lib/services/dispatches/mark-done';
import { once } from '../once';
import { Ended, END_TURN } from '../results';
import { SETTLES, creatingInput, defineTool } from '../tool';

export const markDoneTool = defineTool({
  name: 'mark_done',
  title: 'Finish my work',
  description:
    'Ends your dispatch. For a message, `output` is posted as your reply, and answers it if it was a question. ' +
    'A task with deliverables ends with `submit_result` instead. The first end counts; the same call again answers the same.',
  input: creatingInput({ output: Output.optional().describe('The whole answer, as the reader should get it') }),
  output: Ended,
  annotations: SETTLES,
  endsDispatch: true,
  run: async (call, asked) => {
    // Ended again it answers its first end, and so does a repeat under a key.
    const end = (recordId?: string): Promise<Finished> => markDone(call.caller, asked, recordId);
    const ended = await once(call, 'mark_done', asked, { create: end, readBack: end, isRepeatable: true });
    return { ...ended, ...END_TURN };
  },
});
