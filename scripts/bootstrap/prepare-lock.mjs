import { setTimeout as delay } from 'node:timers/promises';
import { acquireFileLock } from '../../lib/server/file-lock.mjs';
import { StepFailed } from './child.mjs';
import { endOrphanedChild } from './prepare-child.mjs';
import { say } from './progress.mjs';
import { inRoot } from './root.mjs';

/** Two commands typed at once must not install or build into the same folders. */
const POLL_MS = 250;
/** Longer than an install and a build on a slow machine. */
const PATIENCE_MS = 20 * 60_000;

let depth = 0;

export async function withPrepareLock(signal, work) {
  if (depth > 0) return work();
  const release = await acquire(signal);
  depth += 1;
  try {
    await endOrphanedChild();
    return await work();
  } finally {
    depth -= 1;
    release();
  }
}

async function acquire(signal) {
  const deadline = performance.now() + PATIENCE_MS;
  for (let waited = false; performance.now() < deadline; waited = true) {
    signal?.throwIfAborted();
    const attempt = acquireFileLock(inRoot('dist'), 'prepare');
    if (attempt.acquired) return attempt.release;
    if (!waited) say(`waiting for another command (pid ${attempt.holder?.pid ?? '?'}) that installs or builds here`);
    await delay(POLL_MS, undefined, { signal });
  }
  throw new StepFailed('another command has been installing or building in this clone for too long');
}
