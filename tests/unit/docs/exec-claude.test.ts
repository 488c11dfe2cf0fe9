import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const PLACES = ['README.md', 'docs', 'app', 'lib/server/orchestrator', 'orchestrator-skill/skills'];
const TEXT = /\.(?:md|tsx?)$/;
const LEAST = 7;

const filesIn = (place: string): string[] =>
  statSync(place).isFile()
    ? [place]
    : readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter(name => TEXT.test(name))
        .map(name => join(place, name));

it('says everywhere in one way how claude is run, quoted only where options follow its name', () => {
  const said = PLACES.flatMap(filesIn).flatMap(file =>
    [
      ...readFileSync(file, 'utf8').matchAll(/npm run orchestrator -- --exec ['"]?claude\b(?: --permission-mode)?/g),
    ].map(([command]) => `${file}: ${command}`),
  );
  expect(said.length).toBeGreaterThanOrEqual(LEAST);
  const inOneWay = /: npm run orchestrator -- --exec (?:claude|'claude --permission-mode)$/;
  expect(said.filter(each => !inOneWay.test(each))).toEqual([]);
});
