import { acquireFileLock } from '../file-lock.mjs';
import { isSameProcess } from '../process-identity.mjs';
import { ScriptFailure } from './failure';

const PATIENCE_MS = 5_000;
const POLL_MS = 50;

/** One holder a project, and the newest wins: the one before it is asked to end, once. Returns what lets go of it. */
export async function takeOver(folder: string, lock: 'watch' | 'beat'): Promise<() => void> {
  let asked: number | null = null;
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs;) {
    const attempt = acquireFileLock(folder, lock);
    if (attempt.acquired) return attempt.release;
    const { holder } = attempt;
    if (holder !== null && holder.pid !== asked && isSameProcess(holder.pid, holder.startMark)) {
      asked = holder.pid;
      process.kill(holder.pid, 'SIGTERM');
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
  throw new ScriptFailure(
    `${lock}-busy`,
    `Another ${lock} of this project does not end.`,
    1,
    'Stop it, then try again.',
  );
}
