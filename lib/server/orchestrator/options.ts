import { Command, InvalidArgumentError } from 'commander';
import { Consumer } from '@/lib/domain/dispatch/schema';
import { SLUG_PATTERN } from '@/lib/domain/fields';
import { RETRY_EXIT } from './outcome';

export interface OrchestratorCommand {
  exec: string;
  capacity: number;
  types?: string[];
  consumer?: string;
}

const DEFAULT_CAPACITY = 4;
/** A child is a process, mostly a heavy one; a machine that takes more can run two orchestrators. */
const MAX_CAPACITY = 1_000;
const MAX_TYPES = 100;

const HELP = `
Each dispatch gets one child process, run by /bin/sh in a process group of its own:
  stdin                     the Dispatch as one line of JSON: id, epoch, key, agentType, thread, prompt, …
  SWITCHBOARD_URL           the server
  SWITCHBOARD_MCP_URL       its MCP endpoint, for agents that send messages, ask and report
  SWITCHBOARD_TOKEN         the token of this orchestrator, for the MCP connection
  SWITCHBOARD_DISPATCH      the dispatch key, to be passed as \`dispatch\` in every MCP call
  SWITCHBOARD_DISPATCH_ID   its id
  stdout                    the output, at most 64,000 characters
  stdout, stderr            that it wrote, and how much, counts as progress every 30 s; long silence as stuck:
                            what prints its answer at its end alone says a word on stderr now and then
  exit 0                    completes the dispatch (unless it asked a question and waits)
  exit ${RETRY_EXIT}                   fails it, to be tried again
  137, 143 or by a signal   fails it, to be tried again: killed, it has given no verdict of its own
  any other exit            fails it for good, with the end of stderr as the reason

--exec claude, or its path, runs \`claude -p\`: the prompt of the dispatch on stdin, its model and tools as options, and
Switchboard's MCP server as 'switchboard'. It prints its events as it goes (--output-format stream-json), so it is
seen to get on; the output is the text of its last result, with its usage. Options of your own go behind the name:
  npm run orchestrator -- --exec 'claude --permission-mode acceptEdits'

Server and token come from SWITCHBOARD_URL and SWITCHBOARD_TOKEN, else from what runs on SWITCHBOARD_DATA.
SIGTERM gives unfinished work back, spending no attempt, and exits 0 within 10 s.`;

export function parseCommand(argv: readonly string[]): OrchestratorCommand {
  return new Command('orchestrator')
    .usage("--exec 'COMMAND' [options]")
    .description('Claims work and runs one child process for each dispatch.')
    .requiredOption('--exec <command>', 'what to run, or claude', nonEmpty)
    .option('--capacity <n>', `children at once, 1 to ${MAX_CAPACITY}`, capacity, DEFAULT_CAPACITY)
    .option('--types <slugs>', 'only these agent types, separated by commas (default: all)', slugs)
    .option(
      '--consumer <name>',
      "this orchestrator's name, the same at every start (default: made from the host)",
      name,
    )
    .addHelpText('after', HELP)
    .parse(argv, { from: 'user' })
    .opts<OrchestratorCommand>();
}

function nonEmpty(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('Wants a command.');
  return value.trim();
}

function capacity(value: string): number {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= MAX_CAPACITY) return number;
  throw new InvalidArgumentError(`Wants a whole number from 1 to ${MAX_CAPACITY}.`);
}

function slugs(value: string): string[] {
  const types = [...new Set(value.split(',').map(slug => slug.trim()))];
  const bad = types.find(slug => !SLUG_PATTERN.test(slug));
  if (bad !== undefined) throw new InvalidArgumentError(`'${bad}' is no slug; wants agent types such as research,qa.`);
  if (types.length > MAX_TYPES) throw new InvalidArgumentError(`Wants at most ${MAX_TYPES} agent types.`);
  return types;
}

function name(value: string): string {
  const parsed = Consumer.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'is no consumer name'}.`);
}
