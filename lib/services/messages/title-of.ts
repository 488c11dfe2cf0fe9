import { hasWords, plainLine } from '../../domain/plain-line';

const TITLE_CHARACTERS = 80;
/** More than a title takes, whatever of it is marks; a body may be a thousand times as long. */
const READ_CHARACTERS = 1_000;

/** A thread without a subject is listed by the first words of its first message, without the marks of Markdown. */
export function titleOf(body: string): string {
  const start = body.trimStart().slice(0, READ_CHARACTERS);
  const words = start.split('\n').filter(hasWords).map(plainLine).join(' ');
  const line = (words || start).replace(/\s+/g, ' ').trim();
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = line.slice(0, TITLE_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  return `${space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut}…`;
}
