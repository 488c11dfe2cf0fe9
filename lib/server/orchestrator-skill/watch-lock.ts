import { acquireFileLock } from '../file-lock.mjs';
import { isSameProcess } from '../process-identity.mjs';
import { ScriptFailure } from './failure';

const LOCK = 'watch';
const PATIENCE_MS = 5_000;
const POLL_MS = 50;

/**
 * One watch a project, and the newest wins: a session that was resumed re-arms its watch while an old one may still
 * run somewhere, and two under one name would end each other's stream in turn.
 */
export async function takeWatch(folder: string): Promise<() => void> {
  let asked: number | null = null;
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
    const attempt = acquireFileLock(folder, LOCK);
    if (attempt.acquired) return attempt.release;
    const { holder } = attempt;
    if (holder !== null && holder.pid !== asked && isSameProcess(holder.pid, holder.startMark)) {
      asked = holder.pid;
      process.kill(holder.pid, 'SIGTERM');
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
  throw new ScriptFailure('watch-busy', 'Another watch of this project does not end.', 1, 'Stop it, then try again.');
}
