import { z } from 'zod';
import { Id } from '@/lib/domain/fields';
import { acknowledgeMessages } from '@/lib/services/messages/acknowledge-messages';
import { SETTLES, defineTool, input } from '../tool';

const MAX_IDS = 100;

export const acknowledgeTool = defineTool({
  name: 'acknowledge',
  title: 'Acknowledge messages',
  description: 'Marks messages of your inbox as read, once you have taken them into account. The first reading counts.',
  input: input({ messageIds: z.array(Id).min(1).max(MAX_IDS) }),
  output: z.object({
    acknowledged: z.array(Id).describe('Marked as read, now or before'),
    unknown: z.array(Id).describe('Not in your inbox'),
  }),
  annotations: SETTLES,
  run: ({ caller }, { messageIds }) => acknowledgeMessages(caller, messageIds),
});
