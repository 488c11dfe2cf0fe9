import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processCommandLine } from '../../lib/server/process-identity.mjs';
import { filesBelow } from './fingerprint.mjs';

/** What an interrupted test run may leave: workers of its group, and databases in sessions of their own. */
const POLL_MS = 50;

/** Waits for the group to empty by itself, then ends what is left of it. */
export async function endGroupAfter(groupId, patienceMs) {
  for (let waited = 0; waited < patienceMs && signalGroup(groupId, 0); waited += POLL_MS) await delay(POLL_MS);
  signalGroup(groupId, 'SIGKILL');
}

function signalGroup(groupId, signal) {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends every mongod that serves a folder below this one, found by the lock file that mongod keeps in its data. */
export function endServersBelow(folder) {
  for (const path of filesBelow(folder).filter(file => basename(file) === 'mongod.lock')) {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    if (pid > 0 && processCommandLine(pid)?.includes(folder)) endNow(pid);
  }
}

function endNow(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone since it was looked at.
  }
}
