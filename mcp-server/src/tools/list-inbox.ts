import { z } from 'zod';
import { pageFields } from '@/lib/domain/fields';
import { listInbox } from '@/lib/services/messages/list-inbox';
import { MessagePage, NOTICE } from '../results';
import { READS, defineTool, input } from '../tool';

export const listInboxTool = defineTool({
  name: 'list_inbox',
  title: 'List my inbox',
  description:
    'Messages to your agent type in the threads of your dispatch, newest first. (With a token bound to an agent type and no ' +
    'dispatch: to that type in all its threads; for anybody else: to people.) Reading marks nothing; `acknowledge` does. ' +
    'One with `heldBy` is worked on by that other dispatch: leave it.',
  input: input({
    unread: z.boolean().optional().describe('Only what was not acknowledged'),
    ...pageFields,
  }),
  output: MessagePage.extend({
    position: z.string().describe('`after` for wait_for_message: what comes after this list'),
  }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, asked) => ({ ...NOTICE, ...(await listInbox(caller, asked)) }),
});
