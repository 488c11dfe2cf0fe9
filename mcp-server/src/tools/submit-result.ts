import { z } from 'zod';
import { Output } from '@/lib/domain/dispatch/schema';
import { Usage } from '@/lib/domain/fields';
import { Delivered, MAX_DELIVERABLES } from '@/lib/domain/task/schema';
import { submitResult } from '@/lib/services/dispatches/submit-result';
import { Ended, END_TURN } from '../results';
import { SETTLES, defineTool, input } from '../tool';

export const submitResultTool = defineTool({
  name: 'submit_result',
  title: 'Submit my result',
  description:
    'Ends your dispatch with its output and what the task declared: each deliverable under its exact name, with a `value`, ' +
    '`path` or `url`. One missing makes the task incomplete. The first end counts; the same call again answers the same.',
  input: input({
    output: Output.describe('What was done, how it was checked, and what was not done'),
    deliverables: z.array(Delivered).max(MAX_DELIVERABLES).optional(),
    usage: Usage.optional(),
  }),
  output: Ended,
  annotations: SETTLES,
  endsDispatch: true,
  run: async ({ caller }, asked) => ({ ...(await submitResult(caller, asked)), ...END_TURN }),
});
