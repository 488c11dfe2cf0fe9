/** One line of Markdown as the words it shows: without the marks of a heading, a quote, a list, bold or code. */
export const plainLine = (line: string): string =>
  line
    .trim()
    .replace(/^((#{1,6}|>|[*+-])\s+)+/, '')
    .replaceAll(/\*\*(.+?)\*\*/g, '$1')
    .replaceAll(/`([^`]+)`/g, '$1');

/** Whether a line says anything: a rule, a fence or the head of a table is marks alone. */
export const hasWords = (line: string): boolean => /[\p{L}\p{N}]/u.test(line) && !/^\s*(`{3}|~{3})/.test(line);
