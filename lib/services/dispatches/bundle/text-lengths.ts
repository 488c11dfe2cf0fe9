import type { MessageDocument, TaskDocument } from '../../../store/documents';

/**
 * What the texts of one claim's answer may come to: a hundred items of 80,000 tokens each, which is more than agents
 * read. A hundred threads of fifty messages of 256 KiB made one of gigabytes, which no process can write.
 */
export const MOST_CHARACTERS = 32_000_000;

/** How long is what an answer carries; a driver may have put anything there. */

export const lengthOf = (texts: readonly unknown[]): number =>
  texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0);

export const bodyLength = ({ body }: Pick<MessageDocument, 'body'>): number => lengthOf([body]);

export const taskLength = ({ title, input, result, handoff }: TaskDocument): number =>
  lengthOf([title, input, result?.output, handoff?.context, handoff && JSON.stringify(handoff.inputs)]);
