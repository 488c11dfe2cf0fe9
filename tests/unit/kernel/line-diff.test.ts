import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from '@/lib/kernel/line-diff';

const side = (kind: 'added' | 'removed', before: string, after: string): string =>
  diffLines(before, after)
    .filter(line => line.kind === 'same' || line.kind === kind)
    .map(({ text }) => text)
    .join('\n');

const long = (word: string): string => Array.from({ length: 5_000 }, (_, n) => `${word} ${n}`).join('\n');

describe('diffLines', () => {
  it('gives back both texts, whatever they are', () => {
    const text = array(constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map(lines => lines.join('\n'));
    assert(
      property(text, text, (before, after) => {
        expect(side('removed', before, after)).toBe(before);
        expect(side('added', before, after)).toBe(after);
      }),
    );
  });

  it('marks the one line that changed and no other', () => {
    expect(diffLines('one\ntwo\nthree', 'one\n2\nthree').map(({ kind }) => kind)).toEqual([
      'same',
      'removed',
      'added',
      'same',
    ]);
  });

  it('shows texts too long to compare as replaced, at once', () => {
    const lines = diffLines(long('old'), long('new'));
    expect(lines.filter(({ kind }) => kind === 'removed')).toHaveLength(5_000);
    expect(lines.filter(({ kind }) => kind === 'added')).toHaveLength(5_000);
  });
});
