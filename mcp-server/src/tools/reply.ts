import { Body, Id } from '@/lib/domain/fields';
import type { Message } from '@/lib/domain/message/schema';
import type { Pathless } from '@/lib/domain/project/schema';
import { mendMessage } from '@/lib/services/messages/finish-reply';
import { getMessage } from '@/lib/services/messages/read-messages';
import { replyToMessage } from '@/lib/services/messages/reply-to-message';
import { once } from '../once';
import { Sent } from '../results';
import { CREATES, creatingInput, defineTool } from '../tool';

export const replyTool = defineTool({
  name: 'reply',
  title: 'Reply to a message',
  description:
    'Replies in the thread of a message. A reply to a question addressed to you is its answer and resumes whoever asked. ' +
    'Any other goes to the sender’s inbox; it is work for the sender only where the message expected a reply. ' +
    'Finish with `mark_done` and its `output`, which is posted as your reply; where you have replied to the message that is ' +
    'your work already, the output is kept and not posted again.',
  input: creatingInput({
    messageId: Id.describe('The message replied to'),
    body: Body,
  }),
  output: Sent,
  annotations: CREATES,
  run: (call, input) =>
    once<Pathless<Message>>(call, 'reply', input, {
      create: recordId => replyToMessage(call.caller, input, recordId),
      readBack: id => getMessage(call.caller.ctx, id),
      mend: id => mendMessage(call.caller.ctx, id),
    }),
});
