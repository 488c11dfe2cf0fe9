import { resultFields } from '@/lib/domain/report/schema';
import type { Finished } from '@/lib/services/dispatches/finish-dispatch';
import { submitResult } from '@/lib/services/dispatches/submit-result';
import { once } from '../once';
import { Ended, END_TURN } from '../results';
import { SETTLES, creatingInput, defineTool } from '../tool';

export const submitResultTool = defineTool({
  name: 'submit_result',
  title: 'Submit my result',
  description:
    'Ends your dispatch with its output and what the task declared: each deliverable under its exact name, with a `value`, ' +
    '`path` or `url`. One missing makes the task incomplete. The first end counts; the same call again answers the same.',
  input: creatingInput(resultFields),
  output: Ended,
  annotations: SETTLES,
  endsDispatch: true,
  run: async (call, asked) => {
    // Ended again it answers its first end, and so does a repeat under a key.
    const end = (recordId?: string): Promise<Finished> => submitResult(call.caller, asked, recordId);
    const ended = await once(call, 'submit_result', asked, { create: end, readBack: end, isRepeatable: true });
    return { ...ended, ...END_TURN };
  },
});
