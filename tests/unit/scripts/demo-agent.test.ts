import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { headingsOf, introductionOf, linksOf } from '@/scripts/demo/agent/markdown';
import { Repository } from '@/scripts/demo/agent/repository';
import { commonWords, readabilityOf, termsOf } from '@/scripts/demo/agent/words';
import { shellCommand } from '@/scripts/demo/team';

const README = `# The thing

It [works](docs/a.md#part). \`[not](a-link)\`

- Twice as \`fast\`.

\`\`\`md
# no heading [no](link)
\`\`\`

## Parts & pieces
![picture](a.png "title")
## Parts & pieces
`;

describe('what demo agents see in a document', () => {
  it('finds headings with the anchors that code hosts give them, and none in code', () => {
    expect(headingsOf(README).map(({ level, anchor, line }) => [level, anchor, line])).toEqual([
      [1, 'the-thing', 1],
      [2, 'parts--pieces', 11],
      [2, 'parts--pieces-1', 13],
    ]);
  });

  it('finds links and pictures with their lines, and none in code', () => {
    expect(linksOf(README)).toEqual([
      { target: 'docs/a.md#part', line: 3 },
      { target: 'a.png', line: 12 },
    ]);
  });

  it('takes what stands before the second heading as the introduction, without marks', () => {
    expect(introductionOf(README)).toBe('It works. not\nTwice as fast.');
  });
});

describe('what demo agents count', () => {
  it('counts words and sentences, and finds the longest', () => {
    const counted = readabilityOf('The cat sat. The other cat sat on the mat!\nNo.');
    expect(counted).toMatchObject({ words: 11, sentences: 3, longest: 'The other cat sat on the mat!' });
    expect(counted.ease).toBeGreaterThan(90);
  });

  it('says nothing it cannot know of an empty text', () => {
    expect(readabilityOf('')).toMatchObject({ words: 0, sentences: 0, longest: '' });
    expect(commonWords('', 5)).toEqual([]);
  });

  it('leaves small words out of the most used', () => {
    expect(commonWords('The lease and the lease of a claim', 2)).toEqual([
      { word: 'lease', times: 2 },
      { word: 'claim', times: 1 },
    ]);
  });

  it('takes what is quoted for the thing to look for, else the longest words', () => {
    expect(termsOf('Find "change stream" and “epoch” in it')).toEqual(['change stream', 'epoch']);
    expect(termsOf('where is the orchestrator explained')).toEqual(['orchestrator', 'explained']);
    expect(termsOf('?')).toEqual([]);
  });
});

describe('the clone they work on', () => {
  let root: string;
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is read without what tools made, and never outside of it', () => {
    root = mkdtempSync(join(tmpdir(), 'demo-clone-'));
    for (const folder of ['docs', 'node_modules', '.git']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'README.md'), 'one\ntwo\n');
    writeFileSync(join(root, 'docs', 'more.md'), 'three');
    writeFileSync(join(root, 'node_modules', 'x.js'), '');
    writeFileSync(join(root, '.git', 'config'), '');
    const repository = new Repository(root);
    expect(repository.documents().map(({ path }) => path)).toEqual(['README.md', 'docs/more.md']);
    expect(repository.files().toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'docs/more.md', bytes: 5, lines: 1 },
      { path: 'README.md', bytes: 8, lines: 2 },
    ]);
    expect(repository.has('docs/more.md')).toBe(true);
    expect(repository.has('../../etc/hosts')).toBe(false);
    expect(repository.document('../etc/hosts')).toBeNull();
  });
});

describe('the command that starts them', () => {
  it('survives spaces and quotes in paths', () => {
    expect(shellCommand('/bin/node', "/it's here/demo.mjs", '--agent')).toBe(
      `/bin/node '/it'\\''s here/demo.mjs' --agent`,
    );
  });
});
