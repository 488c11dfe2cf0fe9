import { steadyClock } from '@/lib/kernel/clock';
import { acquireFileLock } from '../file-lock.mjs';
import { isSameProcess } from '../process-identity.mjs';
import { ScriptFailure } from './failure';

/** Not what a person or a host stops it with: the one that was replaced is not to be started again. */
export const REPLACED = 'SIGUSR2';
const PATIENCE_MS = 5_000;
const POLL_MS = 50;

/** One holder a project, and the newest wins: the one before it is told so, once. Returns what lets go of the lock. */
export async function takeOver(folder: string, lock: 'watch' | 'beat'): Promise<() => void> {
  let asked: number | null = null;
  for (const endMs = steadyClock.now() + PATIENCE_MS; steadyClock.now() < endMs;) {
    const attempt = acquireFileLock(folder, lock);
    if (attempt.acquired) return attempt.release;
    const { holder } = attempt;
    if (holder !== null && holder.pid !== asked && isSameProcess(holder.pid, holder.startMark)) {
      asked = holder.pid;
      process.kill(holder.pid, REPLACED);
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
