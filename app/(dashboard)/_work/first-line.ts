import { hasWords, plainLine } from '@/lib/domain/plain-line';

/** Where there is one line for a text: its first with words in it, without the marks of Markdown. */
export const firstLine = (text: string): string => plainLine(text.split('\n').find(hasWords) ?? text);
