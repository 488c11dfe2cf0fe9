import type { Bundle } from './read-bundles';
import type { Started } from '../due/started';
import { lengthOf, MOST_CHARACTERS, taskLength } from './text-lengths';

/**
 * What is left of it. The first item fits however long it is, for a claim that hands out nothing would be repeated for
 * ever: alone it is bounded by how many messages, news and questions one prompt carries, each of at most 264 KiB.
 */
export class AnswerRoom {
  #taken = 0;

  take(characters: number): boolean {
    if (this.#taken > 0 && this.#taken + characters > MOST_CHARACTERS) return false;
    this.#taken += characters;
    return true;
  }
}

/** About what the item adds to the answer, before its prompt is put together. */
export function charactersOf(
  { thread, task, context, news, asked, answer, needs }: Bundle,
  { type, message, subject }: Pick<Started, 'type' | 'message' | 'subject'>,
): number {
  const told = message ? [message] : (thread?.messages ?? []);
  // These stand in the prompt and beside it.
  const twice = [
    type.systemPrompt,
    subject ?? thread?.subject,
    ...context.map(step => step.context),
    ...told.map(({ body }) => body),
  ];
  const once = [...news, ...asked, ...(answer ? [answer] : [])].map(({ body }) => body);
  const ofTasks = (task ? taskLength(task) : 0) + Math.min(sum(needs.map(taskLength)), MOST_OF_NEEDS);
  return 2 * lengthOf(twice) + lengthOf(once) + ofTasks;
}

/** A prompt shows no more of them (`assemblePrompt`). */
const MOST_OF_NEEDS = 64_000;

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
