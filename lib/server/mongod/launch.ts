import { startDeadline } from '@/lib/sdk/deadline';
import { ensureSingleNodeSet } from '@/lib/store/replica-set';
import { StartupError } from '../startup-error';
import { type EmbeddedPaths, lastLogError, logBytes, readRecord } from './data-folder';
import { choosePort, endOnExit, endProcess, spawnMongod } from './mongod-process';

export interface Running {
  pid: number;
  port: number;
}

/** A cold start takes 0.3 s; recovery of a large journal after kill -9 may take long. */
const START_PATIENCE_MS = 120_000;
/** Below the 10 s in which the whole of the server has to be gone. */
export const STOP_PATIENCE_MS = 5_000;
/** A port that was free and is not any more is the one failure worth another try at once. */
const MAX_START_TRIES = 5;

/** On the port of last time where it is free. */
export async function launch(binaryPath: string, paths: EmbeddedPaths, signal?: AbortSignal): Promise<Running> {
  let preferred = readRecord(paths)?.port ?? null;
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(paths, preferred);
    try {
      return await launchOn(port, binaryPath, paths, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const portTaken = error instanceof StartupError && /address already in use/i.test(error.message);
      if (!portTaken || attempt === MAX_START_TRIES) throw error;
      preferred = null;
    }
  }
}

/** Resolves when it is a writable primary; a start that fails leaves no process. */
export async function launchOn(
  port: number,
  binaryPath: string,
  paths: EmbeddedPaths,
  signal?: AbortSignal,
): Promise<Running> {
  const logStart = logBytes(paths.logPath);
  const child = spawnMongod(binaryPath, paths, port);
  if (child.pid !== undefined) endOnExit(child.pid);
  const over = new AbortController();
  let died: string | null = null;
  const onEnd = (how: string): void => {
    died ??= how;
    over.abort();
  };
  child.once('error', error => onEnd(error.message));
  child.once('exit', (code, by) => onEnd(`it ended with ${by ?? `code ${code}`}`));
  const onAbort = (): void => over.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const deadline = startDeadline(START_PATIENCE_MS, over.signal);
  try {
    await ensureSingleNodeSet(port, deadline.signal);
    if (child.pid === undefined) throw new Error('mongod has no process id');
    return { pid: child.pid, port };
  } catch (error) {
    const reason = died === null ? 'no writable primary in time' : (lastLogError(paths, logStart) ?? died);
    if (child.pid !== undefined) await endProcess(child.pid, STOP_PATIENCE_MS);
    signal?.throwIfAborted();
    throw new StartupError(`The embedded mongod did not start: ${reason}. Its log: ${paths.logPath}`, { cause: error });
  } finally {
    deadline.clear();
    signal?.removeEventListener('abort', onAbort);
  }
}
