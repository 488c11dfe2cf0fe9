const TITLE_CHARACTERS = 80;

/** A thread without a subject is listed by the first words of its first message. */
export function titleOf(body: string): string {
  const line = body.replace(/\s+/g, ' ').trim();
  if (line.length <= TITLE_CHARACTERS) return line;
  const cut = line.slice(0, TITLE_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  return `${space > TITLE_CHARACTERS / 2 ? cut.slice(0, space) : cut}…`;
}
