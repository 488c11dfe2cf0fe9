/** As much of Markdown as checking a README takes: headings and their anchors, links, and the words without the marks. */

export interface Heading {
  level: number;
  text: string;
  anchor: string;
  line: number;
}

export interface Link {
  target: string;
  line: number;
}

const FENCE = /^\s*(?:```|~~~)/;

/** Lines outside of code blocks, with their numbers from 1. */
export function proseLines(text: string): { line: number; text: string }[] {
  let isCode = false;
  return text.split('\n').flatMap((content, index) => {
    if (FENCE.test(content)) {
      isCode = !isCode;
      return [];
    }
    return isCode ? [] : [{ line: index + 1, text: content }];
  });
}

export function headingsOf(text: string): Heading[] {
  const seen = new Map<string, number>();
  return proseLines(text).flatMap(({ line, text: content }) => {
    const match = /^(#{1,6})\s+(.+?)\s*#*$/.exec(content);
    if (match === null) return [];
    const title = plainText(match[2]!);
    const base = anchorOf(title);
    const times = seen.get(base) ?? 0;
    seen.set(base, times + 1);
    return [{ level: match[1]!.length, text: title, anchor: times === 0 ? base : `${base}-${times}`, line }];
  });
}

/** As code hosts make them: lower case, spaces to hyphens, all other marks gone. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

export const linksOf = (text: string): Link[] =>
  proseLines(text).flatMap(({ line, text: content }) =>
    [...withoutCode(content).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(match => ({ target: match[1]!, line })),
  );

const withoutCode = (line: string): string => line.replace(/`[^`]*`/g, '');

/** What a reader reads: no marks, the text of links, no pictures. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]+/g, '')
    .trim();

/** From the title to the second heading of any level: what a reader sees first. */
export function introductionOf(text: string): string {
  const lines: string[] = [];
  for (const { text: content } of proseLines(text)) {
    if (content.startsWith('##')) break;
    if (!/^#\s/.test(content)) lines.push(plainText(content.replace(/^\s*[-*]\s+/, '')));
  }
  return lines.filter(line => line !== '').join('\n');
}
