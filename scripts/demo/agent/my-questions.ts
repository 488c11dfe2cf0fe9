import type { Message } from '@/lib/domain/message/schema';
import type { Pathless } from '@/lib/domain/project/schema';
import type { Work } from './work';

export interface Asked {
  question: Pathless<Message>;
  answer: Pathless<Message> | null;
}

/**
 * What this work asked already, oldest first, and what came back. An agent that is resumed may be a new process, so
 * the thread is all it knows.
 */
export async function myQuestions({ dispatch }: Work): Promise<Asked[]> {
  const messages = dispatch.thread?.messages ?? [];
  return messages
    .filter(({ kind, from }) => kind === 'question' && from.dispatchId === dispatch.id)
    .map(question => ({
      question,
      answer:
        messages.find(({ kind, inReplyTo, late }) => kind === 'answer' && inReplyTo === question.id && !late) ?? null,
    }));
}
