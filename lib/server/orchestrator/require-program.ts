import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { StartupError } from '../startup-error';
import type { Environment } from './child-environment';

/** A plain word: what is quoted, expanded, assigned or grouped is for the shell alone to understand. */
const PLAIN_WORD = /^[\w./+-]+(?=\s|[;&|<>]|$)/;
const TIMEOUT_MS = 10_000;

/**
 * Refuses a command whose program is not there. By its exit, 127, every dispatch would fail for good: a misspelt name,
 * or a claude that is not on this PATH, turned a whole backlog dead within seconds.
 */
export function requireProgram(command: string, env: Environment): void {
  const [word] = PLAIN_WORD.exec(command) ?? [];
  if (word === undefined) return;
  const why = word.includes('/') ? fileTrouble(word) : nameTrouble(word, env);
  if (why !== null) throw new StartupError(`--exec: '${word}' ${why}; wants a command that /bin/sh can run.`);
}

function fileTrouble(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return 'is a folder';
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'may not be executed' : 'does not exist';
  }
}

/** Asked of the shell that will run it, for it has words of its own (`while`, `read`). Only its plain no counts. */
function nameTrouble(name: string, env: Environment): string | null {
  const asked = spawnSync('/bin/sh', ['-c', 'command -v -- "$0"', name], {
    env: env as NodeJS.ProcessEnv,
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  return asked.status === 127 || asked.status === 1 ? 'is not on the PATH' : null;
}
