/** What can be counted about a text without understanding it. */

export interface Readability {
  words: number;
  sentences: number;
  wordsPerSentence: number;
  /** Flesch's formula: 0 (hard) to 100 (easy); syllables are counted by groups of vowels, which is nearly right. */
  ease: number;
  longest: string;
}

export const wordsOf = (text: string): string[] => text.match(/\p{L}[\p{L}\p{N}'’-]*/gu) ?? [];

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?:;])\s+|\n+/)
    .map(sentence => sentence.trim())
    .filter(sentence => wordsOf(sentence).length > 0);

export function readabilityOf(text: string): Readability {
  const words = wordsOf(text);
  const sentences = sentencesOf(text);
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0);
  const wordsPerSentence = words.length / Math.max(1, sentences.length);
  const ease = 206.835 - 1.015 * wordsPerSentence - 84.6 * (syllables / Math.max(1, words.length));
  const longest = sentences.toSorted((a, b) => wordsOf(b).length - wordsOf(a).length)[0] ?? '';
  return { words: words.length, sentences: sentences.length, wordsPerSentence, ease, longest };
}

function syllablesOf(word: string): number {
  const groups = word
    .toLowerCase()
    .replace(/e$/, '')
    .match(/[aeiouy]+/g);
  return Math.max(1, groups?.length ?? 0);
}

const COMMON = new Set(
  'a an and are as at be by can each for from has have if in into is it its no not of on one or other out so that the them then there they this to under what when where which who with you your'.split(
    ' ',
  ),
);

/** The most used words, small ones left out; the earlier in the alphabet first among equals. */
export function commonWords(text: string, count: number): { word: string; times: number }[] {
  const times = new Map<string, number>();
  for (const word of wordsOf(text.toLowerCase())) {
    if (word.length > 2 && !COMMON.has(word)) times.set(word, (times.get(word) ?? 0) + 1);
  }
  return [...times]
    .map(([word, n]) => ({ word, times: n }))
    .toSorted((a, b) => b.times - a.times || a.word.localeCompare(b.word))
    .slice(0, count);
}

/** What a request puts into quotes, else its longest words: what it is about, as far as a program can tell. */
export function termsOf(request: string): string[] {
  const quoted = [...request.matchAll(/["“]([^"“”]{2,80})["”]/g)].map(match => match[1]!.trim());
  if (quoted.length > 0) return quoted;
  const words = wordsOf(request).filter(word => word.length > 3 && !COMMON.has(word.toLowerCase()));
  return [...new Set(words)].toSorted((a, b) => b.length - a.length).slice(0, MAX_TERMS);
}

const MAX_TERMS = 3;
