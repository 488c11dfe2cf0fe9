/** Rows with the text in one of these fields, for few of them: a plain look through one tenant's. None asked for: all. */
export function containsText(
  text: string | undefined,
  fields: string[],
): { $or?: Record<string, { $regex: string; $options: 'i' }>[] } {
  if (text === undefined) return {};
  const contains = { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), $options: 'i' as const };
  return { $or: fields.map(field => ({ [field]: contains })) };
}

/** A phrase in quotes, or what stands between spaces; either with a minus, to leave out. */
const PARTS = /-?"[^"]*"|[^\s"]+/g;
const OUTER_MARKS = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;

/** Of several words the database finds any, also of one that a hyphen joins; of phrases all. So each word is one. */
const asPhrases = (text: string): string =>
  (text.match(PARTS) ?? [])
    .map(part => (/^-?"|^-/.test(part) ? part : `"${part.replace(OUTER_MARKS, '')}"`))
    .filter(part => part !== '""')
    .join(' ');

export interface TextPart {
  words: string;
  isLeftOut: boolean;
}

/** The same parts for who looks through texts itself. */
export const partsOf = (text: string): TextPart[] =>
  (text.match(PARTS) ?? [])
    .map(part => ({
      words: (/^-?"/.test(part) ? part.replaceAll('"', '').replace(/^-/, '') : part.replaceAll(OUTER_MARKS, '')).trim(),
      isLeftOut: part.startsWith('-'),
    }))
    .filter(({ words }) => words !== '');

/** Rows with all the words, for collections that grow without end: by their text index. None asked for: all. */
export const hasWords = (text: string | undefined): { $text?: { $search: string } } =>
  text === undefined ? {} : { $text: { $search: asPhrases(text) } };
