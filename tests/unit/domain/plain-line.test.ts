import { describe, expect, it } from 'vitest';
import { plainLine, plainWords } from '@/lib/domain/plain-line';

describe('a line of Markdown as the words it shows', () => {
  it.each([
    ['## A **bold** head', 'A bold head'],
    ['> - quoted *gently*, `as is`', 'quoted gently, as is'],
    ['***both*** and **`code` in bold**', 'both and code in bold'],
    ['``a`` and ```sh run```', 'a and sh run'],
    ['**a *b `c*d` e* f** `\\*`\0', 'a b c*d e f \\*'],
    ['globs: `src/**/*.ts` and `*.md`', 'globs: src/**/*.ts and *.md'],
    ['2 * 3 * 4 and 5* hotels', '2 * 3 * 4 and 5* hotels'],
    ['not ended: **bold and `code', 'not ended: **bold and `code'],
    ['#42 is no head', '#42 is no head'],
  ])('%j: %j', (line, words) => expect(plainLine(line)).toBe(words));

  it.each(['`', '*', '**a', '``a', '*a ', '***', '_'])('takes no time for 64,000 characters of %j', marks => {
    const startedAt = performance.now();
    plainLine(`x${marks.repeat(64_000 / marks.length)}`);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

it('a text as one line leaves out what is marks alone, and reads no more than it was told to', () => {
  expect(plainWords('# Head\n\n---\n\n```ts\nlet it = be;\n```\n| a |\n|---|\n', 1_000)).toBe(
    'Head let it = be; | a |',
  );
  expect(plainWords('---', 1_000)).toBe('---');
  expect(plainWords('word '.repeat(9), 9)).toBe('word word');
});
