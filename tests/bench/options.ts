import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of the rows to run; null: all. */
  only: string[] | null;
  rounds: number;
  /** Size of the backlog; null: as promised. A small one is for work on the bench itself. */
  count: number | null;
  /** Where the figures are written. */
  json: string;
  /** A document whose figures are replaced by this run's. */
  doc: string | null;
}

const ROUNDS = 3;

/** `npm run bench -- --only backlog,fan-out --rounds 1 --json figures.json` */
export function readOptions(args: string[], names: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      count: { type: 'string' },
      doc: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? null;
  const unknown = only?.find(name => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only: got '${unknown}', wants of ${names.join(', ')}`);
  const rounds = positive('rounds', values.rounds) ?? ROUNDS;
  const count = positive('count', values.count);
  const dataDir = process.env['SWITCHBOARD_DATA'] ?? '.switchboard';
  return { only, rounds, count, doc: values.doc ?? null, json: resolve(values.json ?? join(dataDir, 'bench.json')) };
}

function positive(name: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}: got '${given}', wants a whole number from 1`);
  return value;
}
