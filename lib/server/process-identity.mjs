import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process id alone proves nothing: after a kill -9 or a reboot the number is given to someone else. Id and start
 * time together name one process for good. Plain JavaScript, because the start script needs it before any package
 * or bundle exists.
 */

/** Field 22 of /proc/<pid>/stat (start time in clock ticks since boot), counted after the name, which may hold spaces. */
const START_TIME_INDEX_AFTER_NAME = 19;
const THREADS_INDEX_AFTER_NAME = 17;
const STATE_INDEX_AFTER_NAME = 0;
const PS_TIMEOUT_MS = 2_000;

/**
 * A zombie counts as gone, once the last of its threads is: a thread that is still ending keeps the ports and locks,
 * and a mongod started on its port that early was moved to another.
 *
 * @returns {boolean} whether a process of that id exists, ours to signal or not
 */
export function isProcessAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  const stat = readProcStat(pid);
  return stat?.[STATE_INDEX_AFTER_NAME] !== 'Z' || Number(stat[THREADS_INDEX_AFTER_NAME]) > 1;
}

/** @returns {string | null} a mark of when the process started; null when it is gone or the platform cannot say */
export function processStartMark(pid) {
  const stat = readProcStat(pid);
  if (stat) return `${bootId()}:${stat[START_TIME_INDEX_AFTER_NAME]}`;
  if (process.platform === 'linux' || process.platform === 'win32') return null;
  try {
    const options = { encoding: 'utf8', timeout: PS_TIMEOUT_MS, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}

/** In which the kernel counts a process's start, on every platform that runs this. */
const TICKS_PER_SECOND = 100;

/** @returns {number | null} when the process started, Unix ms, some tens of ms exact; null when nobody can say */
export function processStartMs(pid) {
  const stat = readProcStat(pid);
  if (!stat) {
    const startedAt = Date.parse(processStartMark(pid) ?? '');
    return Number.isNaN(startedAt) ? null : startedAt;
  }
  const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const atSeconds = Number(stat[START_TIME_INDEX_AFTER_NAME]) / TICKS_PER_SECOND;
  return Math.round(Date.now() - (uptimeSeconds - atSeconds) * 1_000);
}

/** @returns {boolean} whether the process that wrote down this id and mark still runs */
export function isSameProcess(pid, startMark) {
  if (!isProcessAlive(pid)) return false;
  const current = processStartMark(pid);
  return startMark === null || current === null || current === startMark;
}

/** @returns {string | null} the command line, its arguments joined with spaces; null when it cannot be read */
export function processCommandLine(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    if (process.platform === 'win32') return null;
    const options = { encoding: 'utf8', timeout: PS_TIMEOUT_MS, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}

function readProcStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'boot';
  }
}
