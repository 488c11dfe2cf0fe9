import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess, processStartMark } from '../../lib/server/process-identity.mjs';
import { runChild } from './child.mjs';
import { inRoot } from './root.mjs';

/**
 * An install or a build whose parent was killed with -9 goes on by itself, and would work into the same folders as the
 * next one. So it is written down, and whoever takes the lock next ends it first.
 */
const RECORD = inRoot('dist', '.prepare-child.json');
const POLL_MS = 50;

export async function runPrepareChild(command, args, options) {
  try {
    return await runChild(command, args, { ...options, onSpawn: write });
  } finally {
    rmSync(RECORD, { force: true });
  }
}

function write(pid) {
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, JSON.stringify({ pid, startMark: processStartMark(pid) }));
}

/** Only with the lock in hand: then its parent is gone. */
export async function endOrphanedChild() {
  const { pid, startMark } = read();
  while (isSameProcess(pid, startMark)) {
    killGroup(pid);
    await delay(POLL_MS);
  }
  rmSync(RECORD, { force: true });
}

function read() {
  try {
    return JSON.parse(readFileSync(RECORD, 'utf8'));
  } catch {
    // None, or cut short in the instant between spawn and write.
    return { pid: 0, startMark: null };
  }
}

function killGroup(pid) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Gone between the check and the signal.
  }
}
