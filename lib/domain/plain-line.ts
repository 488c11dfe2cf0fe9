const CODE = /(`{1,3})([^`]+)\1/g;
const BOLD = /\*\*(.+?)\*\*(?!\*)/g;
/** Not between words: `2 * 3 * 4` is no emphasis, as Markdown has it. */
const EMPHASIS = /\*([^\s*](?:[^*]*[^\s*])?)\*/g;
/** No text that is shown holds one. */
const CODE_PLACE = '\0';

/** What stands in code is shown as it is, stars and all, and may itself stand in bold: it is laid aside meanwhile. */
function withoutMarks(text: string): string {
  const codes: string[] = [];
  const layAside = (_all: string, _ticks: string, code: string): string => {
    codes.push(code);
    return CODE_PLACE;
  };
  return text
    .replaceAll(CODE_PLACE, '')
    .replaceAll(CODE, layAside)
    .replaceAll(BOLD, '$1')
    .replaceAll(EMPHASIS, '$1')
    .replaceAll(CODE_PLACE, () => codes.shift()!);
}

/** One line of Markdown as the words it shows: without the marks of a heading, a quote, a list, emphasis or code. */
export const plainLine = (line: string): string => withoutMarks(line.trim().replace(/^((#{1,6}|>|[*+-])\s+)+/, ''));

/** Whether a line says anything: a rule, a fence or the head of a table is marks alone. */
export const hasWords = (line: string): boolean => /[\p{L}\p{N}]/u.test(line) && !/^\s*(`{3}|~{3})/.test(line);

/** Where there is one line for all of a text, of which `most` characters are read: the words of its lines in a row. */
export function plainWords(text: string, most: number): string {
  const start = text.trimStart().slice(0, most);
  const words = start.split('\n').filter(hasWords).map(plainLine).join(' ');
  return (words || start).replace(/\s+/g, ' ').trim();
}
