import { z } from 'zod';
import { MAX_POSITION_CHARACTERS } from '@/lib/services/messages/inbox-position';
import { waitForMessage } from '@/lib/services/messages/wait-for-message';
import { Messages, NOTICE } from '../results';
import { READS, defineTool, input } from '../tool';

const MAX_TIMEOUT_MS = 50_000;
/** The whole call, its way there and back included, ends within 50 s. */
const LONGEST_WAIT_MS = 48_000;

export const waitForMessageTool = defineTool({
  name: 'wait_for_message',
  title: 'Wait for a message',
  description:
    'Answers as soon as a message to you, or the answer to your question, arrives after `after`; or empty when the time is up. ' +
    'Pass the `position` of the last answer as `after`, and nothing is missed, whatever happens between. ' +
    'After `ask` do not wait: end your turn, you are resumed.',
  input: input({
    after: z
      .string()
      .max(MAX_POSITION_CHARACTERS)
      .optional()
      .describe('`position` of an earlier wait_for_message or list_inbox'),
    timeoutMs: z.number().int().min(0).max(MAX_TIMEOUT_MS).default(30_000).describe('How long to wait at most, ms'),
  }),
  output: Messages.extend({ position: z.string().describe('`after` of your next call') }),
  annotations: READS,
  waits: true,
  isLong: true,
  run: async ({ caller, watch, signal }, { after, timeoutMs }) => ({
    ...NOTICE,
    ...(await waitForMessage(caller, { after, timeoutMs: Math.min(timeoutMs, LONGEST_WAIT_MS) }, watch, signal)),
  }),
});
