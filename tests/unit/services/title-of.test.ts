import { describe, expect, it } from 'vitest';
import { titleOf } from '@/lib/services/messages/title-of';

describe('what a thread without a subject is called', () => {
  it.each([
    ['hello there', 'hello there'],
    ['  two\n  lines  ', 'two lines'],
    ['# Ship **it**\n\n- first `npm test`\n- then wait', 'Ship it first npm test then wait'],
    ['> **`boom`** was said', 'boom was said'],
    ['```sh\nrun it\n```', 'run it'],
    ['---', '---'],
    ['2 * 3 ** 4 # five', '2 * 3 ** 4 # five'],
  ])('%j: %j', (body, title) => expect(titleOf(body)).toBe(title));

  it('ends at a word, and leaves no mark of what was cut off', () => {
    const title = titleOf(`**${'many words '.repeat(40)}**`);
    expect(title).toBe(`${'many words '.repeat(7).trim()}…`);
  });
});
