import { resultFields } from '@/lib/domain/report/schema';
import { submitResult } from '@/lib/services/dispatches/submit-result';
import { Ended, END_TURN } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const submitResultTool = defineTool({
  name: 'submit_result',
  title: 'Submit my result',
  description:
    'Ends your dispatch with its output and what the task declared: each deliverable under its exact name, with a `value`, ' +
    '`path` or `url`. One missing makes the task incomplete. The first end counts; the same call again answers the same.',
  input: input(resultFields),
  output: Ended,
  annotations: SETTLES,
  endsDispatch: true,
  run: async ({ caller }, asked) => ({ ...(await submitResult(caller, asked)), ...END_TURN }),
});
