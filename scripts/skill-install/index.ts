import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { parseConfig } from '@/lib/server/config';
import { StartupError } from '@/lib/server/startup-error';
import { install } from './install';

/** `npm run skill:install [DIR]`: makes a project's Claude Code sessions able to be orchestrators. */

const HELP = `skill:install: puts the /orchestrator skill into a project.

Usage: npm run skill:install -- [DIR] [--dry-run]
  DIR         the project (default: the folder the command was typed in)
  --dry-run   only says what would change

Writes, keeping whatever else is there:
  .claude/skills/orchestrator/           the skill; replaced as a whole
  .claude/agents/switchboard-worker.md   the agent that does one dispatch; one that was changed stays
  .claude/settings.json                  permission rules
  .claude/settings.local.json            SWITCHBOARD_URL and SWITCHBOARD_TOKEN for the session; this machine only
  .claude/switchboard/connection.json    the same, for the scripts; this machine only
  .mcp.json                              the MCP server 'switchboard'

The token: SWITCHBOARD_TOKEN, else the project's own one, else a new one made with the admin's on SWITCHBOARD_DATA.
`;

async function main(): Promise<void> {
  const { values, positionals } = options();
  if (values.help === true) return void process.stdout.write(HELP);
  // npm changes into the repository; INIT_CWD is where the person stands.
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), positionals[0] ?? '.');
  const report = await install({ folder, config: parseConfig(process.env), dryRun: values['dry-run'] === true });
  process.stdout.write(`${report.join('\n')}\n`);
}

function options() {
  try {
    const parsed = parseArgs({
      options: { help: { type: 'boolean', short: 'h' }, 'dry-run': { type: 'boolean' } },
      allowPositionals: true,
    });
    if (parsed.positionals.length > 1) throw new Error(`got ${parsed.positionals.length} folders, wants one`);
    return parsed;
  } catch (error) {
    throw new StartupError(`${(error as Error).message}. See npm run skill:install -- --help.`, { cause: error });
  }
}

await main();
