import { plainWords } from '../../domain/plain-line';

const TITLE_CHARACTERS = 80;
/** More than a title takes, whatever of it is marks; a body may be a thousand times as long. */
const READ_CHARACTERS = 1_000;

/** A thread without a subject is listed by the first words of its first message, without the marks of Markdown. */
export function titleOf(body: string): string {
  const line = plainWords(body, READ_CHARACTERS);
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = line.slice(0, TITLE_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  return `${space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut}…`;
}
