import { z } from 'zod';
import { Body, Id, Slug } from '@/lib/domain/fields';
import { askFromDispatch, readAsked, type Asked } from '@/lib/services/dispatches/ask-from-dispatch';
import { once } from '../once';
import { CREATES, creatingInput, defineTool } from '../tool';

const MAX_OPTIONS = 20;
const Option = z.string().min(1).max(500);

export const askTool = defineTool({
  name: 'ask',
  title: 'Ask and wait',
  description:
    'Asks a question that your work cannot go on without, and stops your dispatch until it is answered. ' +
    'After it, make no more calls and end your turn: you are resumed with the answer, under a new dispatch key. ' +
    'Put all points into one question. Without `to` it goes to people.',
  input: creatingInput({
    to: Slug.optional().describe('Slug of an agent type, or human. Default: human'),
    question: Body,
    options: z.array(Option).min(2).max(MAX_OPTIONS).optional().describe('Choices, where there are such'),
    default: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe('What holds if nobody answers; one of the options, if any'),
    deadline: z.iso.datetime({ offset: true }).optional().describe('When the default holds, ISO 8601'),
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
    const next = 'Stop now: make no more calls and end your turn with one line. You are resumed with the answer.';
    return { questionId: id, to, status: 'waiting' as const, next };
  },
});
