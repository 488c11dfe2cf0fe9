import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** `docs/jobs.md` and the tests that do its jobs in a browser say the same: neither can drift from the other. */

const TESTS = 'tests/e2e/jobs';
const LEAST = 25;
const PARTS = ['Where', 'By mouse', 'By keys'];

interface Job {
  number: number;
  title: string;
}

const told = (): (Job & { text: string })[] =>
  readFileSync('docs/jobs.md', 'utf8')
    .split(/^### /m)
    .slice(1)
    .map(text => {
      const [, number, title] = /^(\d+)\. (.+)\n/.exec(text)!;
      return { number: Number(number), title: title!, text };
    });

const sources = (): string[] =>
  readdirSync(TESTS)
    .filter(name => name.endsWith('.e2e.test.ts'))
    .map(name => readFileSync(`${TESTS}/${name}`, 'utf8'));

const tested = (): Job[] =>
  sources()
    .flatMap(source => [...source.matchAll(/^job\((\d+), (['"])(.+?)\2, async/gm)])
    .map(([, number, , title]) => ({ number: Number(number), title: title! }));

describe('the jobs of the pages', () => {
  it('are told and tested under the same numbers and titles, in both directions', () => {
    const named = tested().toSorted((a, b) => a.number - b.number);
    expect(named).toEqual(told().map(({ number, title }) => ({ number, title })));
    expect(named.length).toBeGreaterThanOrEqual(LEAST);
  });

  it('are numbered from 1 without a gap', () => {
    expect(told().map(({ number }) => number)).toEqual(told().map((_, at) => at + 1));
  });

  it('each say where, by mouse and by keys', () => {
    const lacking = told().filter(({ text }) => !PARTS.every(part => text.includes(`- **${part}:** `)));
    expect(lacking.map(({ title }) => title)).toEqual([]);
  });

  it('are all found in the tests, and none is left out of a run', () => {
    const calls = sources().flatMap(source => source.match(/\bjob\b\s*[.(]/g) ?? []);
    expect(calls).toHaveLength(tested().length);
    expect(sources().filter(source => /\.(?:skip|only|todo)\b/.test(source))).toEqual([]);
  });
});
