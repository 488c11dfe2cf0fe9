import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_ROUNDS, DEFAULT_STAY_SECONDS, MAX_ROUNDS, MAX_STAY_SECONDS, MAX_STEP_MS } from './pace';

export interface DemoOptions {
  rounds: number;
  fast: boolean;
  staySeconds: number;
  anyway: boolean;
}

const HELP = `
Server and token come from SWITCHBOARD_URL and SWITCHBOARD_TOKEN (role admin), else from what runs on SWITCHBOARD_DATA.
Ctrl-C ends it in good order: running work is given back, what had not begun is cancelled.`;

export function parseOptions(argv: readonly string[], isWatched: boolean): DemoOptions {
  const { rounds, fast, stay, anyway } = new Command('demo')
    .description('A small team of demo agents (plain programs, no model) works on the running server for a minute.')
    .option('--rounds <n>', `how often, 1 to ${MAX_ROUNDS}`, wholeNumber(1, MAX_ROUNDS), DEFAULT_ROUNDS)
    .option('--fast', 'without pauses', false)
    .option(
      '--stay <seconds>',
      `how long the team stays for the answer to its question (default: ${DEFAULT_STAY_SECONDS} at a terminal, else 0)`,
      wholeNumber(0, MAX_STAY_SECONDS),
    )
    .option('--anyway', 'although another orchestrator shares the work, or work for it waits', false)
    .addHelpText('after', HELP)
    .parse(argv, { from: 'user' })
    .opts<{ rounds: number; fast: boolean; stay?: number; anyway: boolean }>();
  return { rounds, fast, anyway, staySeconds: stay ?? (isWatched && !fast ? DEFAULT_STAY_SECONDS : 0) };
}

/** `--agent`, which the team's orchestrator adds, and nobody else. */
export function parseAgentOptions(argv: readonly string[]): { stepMs: number } {
  return new Command('demo')
    .option('--agent', 'one dispatch, on stdin')
    .option('--step-ms <ms>', 'how long each step can be watched', wholeNumber(0, MAX_STEP_MS), 0)
    .parse(argv, { from: 'user' })
    .opts<{ stepMs: number }>();
}

const wholeNumber =
  (min: number, max: number) =>
  (value: string): number => {
    const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Wants a whole number from ${min} to ${max}.`);
  };
