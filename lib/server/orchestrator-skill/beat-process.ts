import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { lockHolder } from '../file-lock.mjs';
import type { ScriptContext } from './script';
import { leased } from './state';

type Context = Pick<ScriptContext, 'project' | 'state' | 'scriptPath' | 'url' | 'token'>;

/** Held beside the lock `beat` by the one that runs with this address and token: another's may be void by now. */
export const beatLock = ({ url, token }: Pick<Context, 'url' | 'token'>): string =>
  `beat-${createHash('sha256').update(`${url}\n${token}`).digest('hex').slice(0, 8)}`;

/** Starts what keeps this project's leases, where there are any, unless one runs that has this script's connection. */
export function ensureBeat(context: Context): void {
  const { project, state, scriptPath } = context;
  if (leased(state.read()).length === 0) return;
  if (lockHolder(project.folder, beatLock(context)) !== null) return;
  const args = [join(dirname(scriptPath), 'beat.mjs'), '--project', project.root];
  const child = spawn(process.execPath, args, { cwd: project.root, detached: true, stdio: 'ignore' });
  child.unref();
}
