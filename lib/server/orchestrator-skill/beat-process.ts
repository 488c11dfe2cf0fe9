import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Project } from './project';
import { ancestorsOf, sessionPid } from './session-pid';

/** Starts the process that keeps this project's leases; where one runs already, the new one ends at once. */
export function ensureBeat(project: Project, scriptPath: string): void {
  const session = sessionPid(ancestorsOf(process.pid));
  const beat = join(dirname(scriptPath), 'beat.mjs');
  const child = spawn(process.execPath, [beat, '--project', project.root, '--session-pid', String(session)], {
    cwd: project.root,
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
}
