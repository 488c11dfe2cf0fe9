import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Project } from './project';

/** Starts the process that keeps this project's leases; where one runs already, the new one ends at once. */
export function ensureBeat(project: Project, scriptPath: string): void {
  const beat = join(dirname(scriptPath), 'beat.mjs');
  const args = [beat, '--project', project.root];
  const child = spawn(process.execPath, args, { cwd: project.root, detached: true, stdio: 'ignore' });
  child.unref();
}
