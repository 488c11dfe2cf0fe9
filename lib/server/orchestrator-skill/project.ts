import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Where a project's connection and the state of its orchestrator session live. */
export interface Project {
  root: string;
  /** `.claude/switchboard`: for this user only, and ignored by git as a whole, since it holds keys. */
  folder: string;
}

export const FOLDER = join('.claude', 'switchboard');
const INSTALLED_SCRIPT = /^(.*)[/\\]\.claude[/\\]skills[/\\]orchestrator[/\\]scripts[/\\][^/\\]+$/;

export interface ProjectSources {
  option: string | undefined;
  env: Record<string, string | undefined>;
  cwd: string;
  scriptPath: string;
}

/**
 * The project, wherever the session's shell has wandered: what was asked for, what the session says, where the skill
 * is installed, else the nearest folder above that was set up, or is the root of a repository.
 */
export function findProject({ option, env, cwd, scriptPath }: ProjectSources): Project {
  const named = option ?? env['CLAUDE_PROJECT_DIR'];
  const installed = INSTALLED_SCRIPT.exec(scriptPath)?.[1];
  const root =
    (named === undefined || named === '' ? undefined : resolve(cwd, named)) ??
    (installed === homedir() ? undefined : installed) ??
    nearest(cwd, FOLDER) ??
    nearest(cwd, '.git') ??
    cwd;
  return { root, folder: join(root, FOLDER) };
}

/** Made at the first need, with a rule that keeps it out of every commit. */
export function ensureFolder({ folder }: Project): string {
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(ignore, '*\n');
  }
  return folder;
}

function nearest(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
