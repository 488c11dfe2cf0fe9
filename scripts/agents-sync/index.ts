import { parseArgs } from 'node:util';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AgentType } from '@/lib/domain/agent-type/schema';
import type { Page } from '@/lib/domain/fields';
import { parseConfig } from '@/lib/server/config';
import { connect } from '@/lib/server/orchestrator/connection';
import { StartupError } from '@/lib/server/startup-error';
import { syncAgents } from './sync';

/** `npm run agents:sync [DIR]`: agent types as agents of Claude Code, so that their model and tools hold there. */

const HELP = `agents:sync: writes Switchboard's agent types into a project as agents of Claude Code.

Usage: npm run agents:sync -- [DIR] [--check]
  DIR       the project (default: the folder the command was typed in)
  --check   writes nothing; shows what differs, and exits 1 when anything does

One file a type, .claude/agents/<slug>.md, with its model, its tools and its prompt. The Agent tool of a session takes
no list of tools and only three models; with these files the session starts the type itself, and the dispatch says
that model and tools were enforced. Sessions read them when they start: sync, then start the session.
Files that are not from here are never touched. Server and token: SWITCHBOARD_URL and SWITCHBOARD_TOKEN, else the
server on SWITCHBOARD_DATA.
`;

/** More agent types than any page of the API holds. */
const ALL = 200;

async function main(): Promise<void> {
  const { values, positionals } = options();
  if (values.help === true) return void process.stdout.write(HELP);
  // npm changes into the repository; INIT_CWD is where the person stands.
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), positionals[0] ?? '.');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new StartupError(`DIR: got '${folder}', wants a folder that exists.`);
  }
  const check = values.check === true;
  const report = syncAgents(folder, await readTypes(), check);
  process.stdout.write(`${[...report.lines, summary(report.different, check)].join('\n')}\n`);
  if (check ? report.different > 0 : report.foreign > 0) process.exitCode = 1;
}

async function readTypes(): Promise<AgentType[]> {
  const { client } = await connect({
    config: parseConfig(process.env),
    onWaiting: error => process.stderr.write(`waiting for the server: ${(error as Error).message}\n`),
  });
  const types: AgentType[] = [];
  for (let cursor: string | null = null; ;) {
    const query = { limit: ALL, ...(cursor === null ? {} : { cursor }) };
    const page: Page<AgentType> = await client.get('/api/agent-types', { query });
    types.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return types;
  }
}

function summary(different: number, check: boolean): string {
  if (different === 0) return 'All agent files are as the types say.';
  if (check) return `${different} differ. Write them with: npm run agents:sync`;
  return 'Sessions that run now keep what they read at their start.';
}

function options() {
  try {
    const parsed = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, check: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (parsed.positionals.length > 1) throw new Error(`got ${parsed.positionals.length} folders, wants one`);
    return parsed;
  } catch (error) {
    throw new StartupError(`${(error as Error).message}. See npm run agents:sync -- --help.`, { cause: error });
  }
}

await main();
