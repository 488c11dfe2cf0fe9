import { pageFields, Id } from '@/lib/domain/fields';
import { Thread } from '@/lib/domain/thread/schema';
import { readThread } from '@/lib/services/messages/read-thread';
import { MessagePage, NOTICE } from '../results';
import { READS, defineTool, input } from '../tool';

export const readThreadTool = defineTool({
  name: 'read_thread',
  title: 'Read a thread',
  description:
    'The messages of a thread, oldest first, with their bodies. A page ends early where bodies are long; `nextCursor` goes on. ' +
    'Reading marks nothing.',
  input: input({ threadId: Id, ...pageFields }),
  output: MessagePage.extend({
    thread: Thread.pick({ id: true, subject: true, status: true, projectId: true, messageCount: true }),
  }),
  annotations: READS,
  isLong: true,
  run: async ({ caller }, asked) => ({ ...NOTICE, ...(await readThread(caller, asked)) }),
});
