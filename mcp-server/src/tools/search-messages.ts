import { z } from 'zod';
import { pageFields } from '@/lib/domain/fields';
import { searchMessages } from '@/lib/services/messages/search-messages';
import { MessagePage, NOTICE } from '../results';
import { READS, defineTool, input } from '../tool';

export const searchMessagesTool = defineTool({
  name: 'search_messages',
  title: 'Search messages',
  description:
    'Finds messages by words in any thread you may read, newest first. Several words find what has all of them; ' +
    'put a phrase in double quotes and a minus before a word to leave out.',
  input: input({ q: z.string().min(1).max(200).describe('Words to find'), ...pageFields }),
  output: MessagePage,
  annotations: READS,
  isLong: true,
  run: async ({ caller }, asked) => ({ ...NOTICE, ...(await searchMessages(caller, asked)) }),
});
