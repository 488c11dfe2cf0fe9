import { z } from 'zod';
import { Id, Slug } from '@/lib/domain/fields';
import { questionFields } from '@/lib/domain/report/schema';
import { askFromDispatch, readAsked, type Asked } from '@/lib/services/dispatches/questions/ask-from-dispatch';
import { once } from '../once';
import { STOP_AND_WAIT } from '../results';
import { CREATES, creatingInput, defineTool } from '../tool';

export const askTool = defineTool({
  name: 'ask',
  title: 'Ask and wait',
  description:
    'Asks a question that your work cannot go on without, and stops your dispatch until it is answered. ' +
    'After it, make no more calls and end your turn: you are resumed with the answer, under a new dispatch key. ' +
    'Put all points into one question. Without `to` it goes to people; inside a run, a worker’s to the run’s orchestrator.',
  input: creatingInput({
    to: Slug.optional().describe(
      'Slug of an agent type, or human. Default: human; for a worker of a run its orchestrator',
    ),
    ...questionFields,
  }),
  output: z.object({
    questionId: Id,
    to: z.string(),
    status: z.literal('waiting'),
    next: z.string(),
  }),
  annotations: CREATES,
  run: async (call, input) => {
    const { id, to } = await once<Asked>(call, 'ask', input, {
      create: recordId => askFromDispatch(call.caller, input, recordId),
      readBack: questionId => readAsked(call.caller, questionId),
    });
    return { questionId: id, to, status: 'waiting' as const, ...STOP_AND_WAIT };
  },
});
