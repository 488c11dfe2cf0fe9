import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { parseConfig } from '@/lib/server/config';
import { findMongod } from '@/lib/server/mongod/find-mongod';
import { barText, runScenario, type Verdict } from './rig/scenario';
import { writeDocument } from './report';
import { SCENARIOS } from './scenarios';

/**
 * `npm run test:faults`: breaks a real replica set and real processes under load, one way after the other, and judges
 * what is left by a ledger that no database had a hand in.
 */
const RESULTS = 'dist/faults';
const MOST_SEEDS = 1_000;
const LARGEST_SEED = 2 ** 31;

interface Options {
  only?: string[];
  seed: number;
  seeds: number;
  list?: boolean;
  doc?: string;
}

function readOptions(argv: readonly string[]): Options {
  return new Command('test:faults')
    .description('Breaks the database and the processes under load; names the seed of what failed.')
    .option('--only <names>', 'these scenarios, separated by commas', names)
    .option('--seed <n>', 'what decides victims and times (default: a new one)', whole(LARGEST_SEED), newSeed())
    .option('--seeds <n>', 'so many seeds one after the other', whole(MOST_SEEDS), 1)
    .option('--doc <path>', 'write what was seen into this page')
    .option('--list', 'name the scenarios and end')
    .parse(argv, { from: 'user' })
    .opts<Options>();
}

const newSeed = (): number => 1 + Math.floor(Math.random() * 99_999);

function names(value: string): string[] {
  const given = value.split(',').map(name => name.trim());
  const unknown = given.find(name => !SCENARIOS.some(scenario => scenario.name === name));
  if (unknown === undefined) return given;
  throw new InvalidArgumentError(`No scenario '${unknown}'; there are: ${SCENARIOS.map(({ name }) => name).join(' ')}`);
}

const whole = (most: number) => (value: string) => {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`Wants a whole number from 1 to ${most}.`);
};

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const chosen = SCENARIOS.filter(({ name }) => options.only?.includes(name) ?? true);
  if (options.list) {
    for (const { name, title } of SCENARIOS) console.log(`${name.padEnd(24)} ${title}`);
    return 0;
  }
  const { mongodPath, dataDir } = parseConfig(process.env);
  const binary = await findMongod({ mongodPath, dataDir, report: line => void process.stderr.write(`${line}\n`) });
  const keepIn = resolve(RESULTS);
  for (const { name } of chosen) rmSync(join(keepIn, name), { recursive: true, force: true });
  console.log(
    `MongoDB ${binary.version}, node ${process.version}, ${cpus().length} cores, first seed ${options.seed}\n`,
  );
  const verdicts: Verdict[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    for (const scenario of chosen) {
      const verdict = await runScenario(scenario, { mongodPath: binary.path, seed, keepIn });
      verdicts.push(verdict);
      show(verdict);
    }
  }
  const machine = { cores: cpus().length, node: process.version, mongod: binary.version, at: new Date().toISOString() };
  mkdirSync(keepIn, { recursive: true });
  writeFileSync(join(keepIn, 'result.json'), `${JSON.stringify({ machine, verdicts }, null, 2)}\n`);
  if (options.doc) writeDocument(options.doc, machine, verdicts);
  const failed = verdicts.filter(({ ok }) => !ok);
  console.log(`\nLedgers and figures: ${RESULTS}/`);
  for (const { name, seed } of failed) console.log(`repeat: npm run test:faults -- --only ${name} --seed ${seed}`);
  console.log(`${verdicts.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

function show({ name, seed, ok, figures, bars, broken, durationMs }: Verdict): void {
  const shown = Object.entries(figures).map(([figure, value]) => {
    const bar = bars[figure];
    return `${figure} ${value}${bar ? ` (${barText(bar)})` : ''}`;
  });
  const head = `${ok ? 'OK    ' : 'FAILED'} ${name.padEnd(24)} seed ${seed}  ${(durationMs / 1_000).toFixed(0).padStart(3)} s`;
  console.log(`${head}  ${shown.join(' · ')}`);
  for (const what of broken) console.log(`       ${what.replaceAll('\n', '\n       ')}`);
}

/** A signal ends this process, and its end takes everything along. */
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code));
}
process.exit(await main());
