import { parseArgs, type ParseArgsConfig } from 'node:util';
import { fileURLToPath } from 'node:url';
import { isControlPlaneError } from '@/lib/domain/errors';
import { openConnection, type SkillConnection } from './connection';
import { ScriptFailure } from './failure';
import { ensureFolder, findProject, type Project } from './project';
import { StateFile } from './state';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Record<string, string | boolean | undefined>;

export interface ScriptContext extends SkillConnection {
  project: Project;
  state: StateFile;
  values: Values;
  positionals: string[];
  scriptPath: string;
}

export interface Script {
  help: string;
  options?: Options;
  /** What is printed as one line of JSON; nothing is printed for undefined. */
  run(context: ScriptContext): Promise<unknown>;
}

const COMMON = {
  help: { type: 'boolean', short: 'h' },
  project: { type: 'string' },
  consumer: { type: 'string' },
} as const satisfies Options;

const COMMON_HELP = `
  --project DIR     the project (default: where the skill is installed)
  --consumer NAME   this orchestrator's name (default: made from host, project and token)
  -h, --help        this text

Prints JSON. Exit 0: done, or already so. 1: refused, or no answer; safe to repeat. 2: token or set-up is wrong.
Server and token: SWITCHBOARD_URL and SWITCHBOARD_TOKEN, else .claude/switchboard/connection.json.
`;

export const NEW_TOKEN_FIX =
  'Install the skill again, or set SWITCHBOARD_TOKEN to a token of role orchestrator; then start a new session, for this one keeps the token it began with.';

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;
export const print = (value: unknown): void => void process.stdout.write(lineOf(value));

/** Until whoever runs the script has it. */
export const printOut = (value: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(lineOf(value), error => (error ? reject(error) : resolve()));
  });

/** Runs a script's main part between its arguments and its exit code. */
export async function runScript(moduleUrl: string, script: Script): Promise<void> {
  try {
    const { values, positionals } = parse(script.options ?? {});
    if (values['help'] === true) {
      process.stdout.write(script.help.trimEnd() + COMMON_HELP);
      return;
    }
    const scriptPath = fileURLToPath(moduleUrl);
    const sources = { option: text(values, 'project'), env: process.env, cwd: process.cwd(), scriptPath };
    const project = findProject(sources);
    const connection = openConnection(project, process.env, text(values, 'consumer'));
    const state = new StateFile(ensureFolder(project));
    const result = await script.run({ ...connection, project, state, values, positionals, scriptPath });
    if (result !== undefined) print(result);
  } catch (error) {
    const failure = failureOf(error);
    const { code, message, fix } = failure;
    print({ error: code, message, ...(fix === undefined ? {} : { fix }) });
    process.exitCode = failure.exitCode;
  }
}

function parse(options: Options): { values: Values; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ options: { ...options, ...COMMON }, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new ScriptFailure('bad-option', (error as Error).message, 2, 'See --help.');
  }
}

export const text = (values: Values, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

export function wholeNumber(values: Values, name: string, bounds: { min: number; max: number; usual: number }): number {
  const value = text(values, name);
  if (value === undefined) return bounds.usual;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= bounds.min && number <= bounds.max) return number;
  const wants = `wants a whole number from ${bounds.min} to ${bounds.max}`;
  throw new ScriptFailure('bad-option', `--${name}: got '${value}', ${wants}`, 2);
}

/** The one positional argument of done, fail and release. */
export function dispatchId(positionals: readonly string[]): string {
  const [id, ...rest] = positionals;
  if (id !== undefined && /^[0-9a-f]{24}$/.test(id) && rest.length === 0) return id;
  throw new ScriptFailure('bad-option', `got '${positionals.join(' ')}', wants one dispatch id of 24 hex digits`, 2);
}

export function failureOf(error: unknown): ScriptFailure {
  if (error instanceof ScriptFailure) return error;
  if (isControlPlaneError(error)) {
    const denied = error.code === 'unauthenticated' || error.code === 'forbidden';
    return new ScriptFailure(error.code, error.message, denied ? 2 : 1, denied ? NEW_TOKEN_FIX : undefined);
  }
  return new ScriptFailure('internal', error instanceof Error ? error.message : String(error), 1);
}
