import { z } from 'zod';
import type { Message } from '@/lib/domain/message/schema';
import type { Pathless } from '@/lib/domain/project/schema';
import { Body, Id, Priority, Slug, Subject } from '@/lib/domain/fields';
import { mendMessage } from '@/lib/services/messages/finish-reply';
import { getMessage } from '@/lib/services/messages/read-messages';
import { sendMessage } from '@/lib/services/messages/send-message';
import { once } from '../once';
import { Sent } from '../results';
import { CREATES, creatingInput, defineTool } from '../tool';

export const sendMessageTool = defineTool({
  name: 'send_message',
  title: 'Send a message',
  description:
    'Sends a message to an agent type (it becomes work there) or to `human` (it waits in the inbox of people). ' +
    'Without `threadId` it opens a thread of its own, in the project of your work. ' +
    '`expectsReply: true` makes the reply new work for you. To stop until somebody answers, use `ask` instead.',
  input: creatingInput({
    to: Slug.describe('Slug of an agent type (list_agent_types names them), or human'),
    body: Body,
    subject: Subject.optional().describe('Of the new thread'),
    threadId: Id.optional().describe('To write into a thread that is there'),
    priority: Priority.optional(),
    projectId: Id.optional().describe('Of the new thread; default: the project of your work'),
    expectsReply: z.boolean().optional(),
  }),
  output: Sent,
  annotations: CREATES,
  run: (call, input) =>
    once<Pathless<Message>>(call, 'send_message', input, {
      create: recordId => sendMessage(call.caller, input, recordId),
      readBack: id => getMessage(call.caller.ctx, id),
      mend: id => mendMessage(call.caller.ctx, id),
    }),
});
