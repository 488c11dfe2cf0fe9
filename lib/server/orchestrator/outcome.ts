import type { Usage } from '@/lib/domain/fields';
import type { ChildEnd } from './child-process';

/** Why we ended a child ourselves. */
export type StopReason = 'cancelled' | 'stale' | 'over' | 'shutdown';

export type Outcome =
  | { kind: 'complete'; output: string; usage?: Usage }
  | { kind: 'fail'; error: string; retryable: boolean; usage?: Usage; retryNotBefore?: string }
  | { kind: 'release' }
  /** Nothing to say: the dispatch is over, or somebody else's. */
  | { kind: 'none' };

/** sysexits' EX_TEMPFAIL, the contract's word for 'try this again'. */
export const RETRY_EXIT = 75;
/** What a shell says of a program ended by SIGKILL or SIGTERM: not the program's own verdict. */
const KILLED_EXITS: readonly number[] = [128 + 9, 128 + 15];

const MAX_ERROR_CHARACTERS = 8_000;

/** How a program's stdout is understood. */
export interface OutputReader {
  /** The answer of a program that exited 0. */
  read(stdout: string): Outcome;
  /** A failure that the program itself put into words before another exit; null leaves it to the exit code. */
  readFailure?(stdout: string): Outcome | null;
}

/** What a program's end means for its dispatch. */
export function outcomeOf(end: ChildEnd, stopped: StopReason | null, reader: OutputReader): Outcome {
  if (stopped === 'cancelled') return failure('Stopped, as requested', false);
  if (stopped === 'shutdown') return { kind: 'release' };
  if (stopped === 'stale' || stopped === 'over') return { kind: 'none' };
  if (!end.started) return failure(`The program could not be started: ${end.errorTail}`, true);
  if (end.code === 0) return reader.read(end.output);
  const killed = end.code === null || KILLED_EXITS.includes(end.code);
  const told = killed ? null : reader.readFailure?.(end.output);
  if (told) return told;
  const how = end.code === null ? `was ended by ${end.signal}` : `exited with code ${end.code}`;
  const said = end.errorTail.trim() || end.output.slice(-1_000).trim();
  return failure(`The program ${how}${said === '' ? '' : `:\n${said}`}`, killed || end.code === RETRY_EXIT);
}

const failure = (error: string, retryable: boolean): Outcome => ({
  kind: 'fail',
  error: error.slice(0, MAX_ERROR_CHARACTERS),
  retryable,
});

/** Like `$(…)` in a shell: the newline that ends the last line is not part of the answer. */
export const readPlainOutput = (stdout: string): Outcome => ({
  kind: 'complete',
  output: stdout.replace(/\r?\n$/, ''),
});
