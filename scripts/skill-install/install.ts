import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@/lib/server/config';
import { CONNECTION_FILE, type ConnectionFile } from '@/lib/server/orchestrator-skill/connection';
import { FOLDER } from '@/lib/server/orchestrator-skill/project';
import { StartupError } from '@/lib/server/startup-error';
import { Changes } from './changes';
import { excludeFromGit } from './git-exclude';
import { readJsonFile } from './json-file';
import { mergeAllowRules, mergeEnvironment, mergeHooks, mergeMcpServer } from './merge';
import { projectToken } from './project-token';
import { installWorkerAgent } from './worker-agent';

export interface InstallOptions {
  folder: string;
  config: Pick<Config, 'url' | 'token' | 'dataDir' | 'adminToken'>;
  dryRun: boolean;
  /** Where the skill is copied from. */
  source?: string;
}

/** Bundled into dist/, one below the root. */
const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..', 'orchestrator-skill');
const WORKER = join('agents', 'switchboard-worker.md');
const SETTINGS = ['.claude/settings.json', '.claude/settings.local.json', '.mcp.json'];
const PRIVATE = ['.claude/settings.local.json', `${FOLDER}/`];

/** Returns what was changed, a line each. Doing it again changes nothing. */
export async function install({ folder, config, dryRun, source = SOURCE }: InstallOptions): Promise<string[]> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new StartupError(`DIR: got '${folder}', wants a folder that exists.`);
  }
  const at = (...parts: string[]) => join(folder, ...parts);
  const skill = at('.claude', 'skills', 'orchestrator');
  const connectionPath = at(FOLDER, CONNECTION_FILE);
  refuseForeignSkill(skill);
  // Before anything is written or a token is made, which each try with a file that cannot be read would leave behind.
  for (const path of [...SETTINGS.map(name => at(name)), connectionPath]) readJsonFile(path);

  const changes = new Changes(folder, dryRun);
  changes.copyFolder(join(source, 'skills', 'orchestrator'), skill);
  installWorkerAgent(join(source, WORKER), at('.claude', WORKER), changes);
  changes.json(at('.claude', 'settings.json'), settings => {
    const rules = mergeAllowRules(settings);
    const hooks = mergeHooks(rules.value);
    return { value: hooks.value, notes: [...rules.notes, ...hooks.notes] };
  });

  const known = readJsonFile(connectionPath) as ConnectionFile;
  const found = await projectToken({ config, known, folder, dryRun });
  changes.json(at('.mcp.json'), mcp => mergeMcpServer(mcp, found.url));
  if (found.token !== null) {
    const { url, token } = found;
    changes.file(at(FOLDER, '.gitignore'), '*\n');
    changes.json(connectionPath, file => ({ value: { ...file, url, token }, notes: [`server ${url}`] }), true);
    changes.json(at('.claude', 'settings.local.json'), settings => mergeEnvironment(settings, { url, token }), true);
    excludeFromGit(folder, PRIVATE, changes);
  }
  const next = dryRun ? 'A dry run: nothing was written.' : nextStep(folder, found.token !== null);
  return [...changes.lines, ...found.notes, '', next];
}

/** The skill replaces its folder as a whole, so that folder must be ours. */
function refuseForeignSkill(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  const path = join(folder, 'SKILL.md');
  if (existsSync(path) && readFileSync(path, 'utf8').includes('Switchboard')) return;
  throw new StartupError(`${folder} is not ours: rename that skill first. Nothing was changed.`);
}

const nextStep = (folder: string, connected: boolean): string =>
  connected
    ? `Now: cd ${folder} && claude, then /orchestrator`
    : 'Not connected yet: start Switchboard (npm start) and run this again, or set SWITCHBOARD_URL and SWITCHBOARD_TOKEN.';
