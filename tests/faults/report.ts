import { readFileSync, writeFileSync } from 'node:fs';
import { barText, type Verdict } from './rig/scenario';

export interface Machine {
  cores: number;
  node: string;
  mongod: string;
  at: string;
}

const MARK = /<!-- results -->[^]*<!-- \/results -->/;

/** Puts what was seen into the page, a line a scenario: the worst of each figure over all seeds. */
export function writeDocument(path: string, machine: Machine, verdicts: readonly Verdict[]): void {
  const before = readFileSync(path, 'utf8');
  if (!MARK.test(before)) throw new Error(`${path} has no place for results`);
  writeFileSync(
    path,
    before.replace(MARK, () => `<!-- results -->\n${textOf(machine, verdicts)}\n<!-- /results -->`),
  );
}

function textOf({ cores, node, mongod, at }: Machine, verdicts: readonly Verdict[]): string {
  const names = [...new Set(verdicts.map(({ name }) => name))];
  const seeds = [...new Set(verdicts.map(({ seed }) => seed))];
  const failed = verdicts.filter(({ ok }) => !ok);
  const rows = names.map(name => rowOf(verdicts.filter(verdict => verdict.name === name)));
  return [
    `${at.slice(0, 10)}, MongoDB ${mongod}, node ${node}, ${cores} cores. Seeds ${seeds.join(' ')}: ` +
      `${verdicts.length - failed.length} passed, ${failed.length} failed.`,
    '',
    '| scenario | what is done | seen, the worst of all seeds (bar) | messages kept / accepted |',
    '|---|---|---|---|',
    ...rows,
    ...failed.flatMap(({ name, seed, broken }) => [
      '',
      `**${name}, seed ${seed}**: ${broken.join('; ').slice(0, 500)}`,
    ]),
  ].join('\n');
}

function rowOf(verdicts: readonly Verdict[]): string {
  const [{ name, title, bars }] = verdicts as [Verdict, ...Verdict[]];
  const seen = Object.entries(bars).map(([figure, bar]) => {
    const values = verdicts.flatMap(({ figures }) => figures[figure] ?? []);
    const worst = bar.most === undefined ? Math.min(...values) : Math.max(...values);
    return values.length === 0 ? `${figure} –` : `${figure} ${worst.toLocaleString('en')} (${barText(bar)})`;
  });
  const sum = (figure: string) => verdicts.reduce((total, { figures }) => total + (figures[figure] ?? 0), 0);
  const kept = `${sum('acked').toLocaleString('en')} / ${sum('accepted').toLocaleString('en')}`;
  const mark = verdicts.every(({ ok }) => ok) ? '' : ' **failed**';
  return `| \`${name}\`${mark} | ${title} | ${seen.join(', ') || '–'} | ${kept} |`;
}
