import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSameProcess, processCommandLine, processStartMark } from '../process-identity.mjs';

/** What the embedded server keeps on disk, and what the last run wrote down about it. */
export interface EmbeddedPaths {
  dbPath: string;
  logPath: string;
  recordPath: string;
}

/** Remembered between runs: the port to ask for again (clients may hold the URI), and who to look for as an orphan. */
export interface MongodRecord {
  pid: number;
  startMark: string | null;
  port: number;
}

export const embeddedPaths = (dataDir: string): EmbeddedPaths => ({
  dbPath: resolve(dataDir, 'mongo'),
  logPath: resolve(dataDir, 'mongod.log'),
  recordPath: resolve(dataDir, 'mongod.json'),
});

/** A log past this is set aside; with the one old file that is kept, twice this is the bound. */
const LOG_LIMIT_BYTES = 32 * 1024 * 1024;

export function prepareFolder(paths: EmbeddedPaths): void {
  mkdirSync(paths.dbPath, { recursive: true, mode: 0o700 });
  setAsideLog(paths, LOG_LIMIT_BYTES);
}

/** Whether the log was long enough to be set aside: then whoever writes it has to open it anew. */
export function setAsideLog({ logPath }: EmbeddedPaths, limitBytes = LOG_LIMIT_BYTES): boolean {
  if (logBytes(logPath) <= limitBytes) return false;
  renameSync(logPath, `${logPath}.1`);
  return true;
}

export const logBytes = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export function writeRecord({ recordPath }: EmbeddedPaths, pid: number, port: number): void {
  const record: MongodRecord = { pid, startMark: processStartMark(pid), port };
  const draft = `${recordPath}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(draft, recordPath);
}

export function readRecord({ recordPath }: EmbeddedPaths): MongodRecord | null {
  try {
    const record = JSON.parse(readFileSync(recordPath, 'utf8')) as MongodRecord;
    return Number.isInteger(record.pid) && Number.isInteger(record.port) ? record : null;
  } catch {
    // Absent, or torn by a power cut: a new port is asked for.
    return null;
  }
}

/**
 * A mongod that still holds our data folder. The record may be missing (killed between the spawn and the write), so the
 * process id that mongod itself keeps in its lock file is looked at too. Only a process whose command line names this
 * very folder counts.
 */
export function findOrphan(paths: EmbeddedPaths): { pid: number; port: number } | null {
  const record = readRecord(paths);
  if (record !== null && isSameProcess(record.pid, record.startMark) && runsOn(paths, record.pid)) return record;
  const pid = lockedBy(paths);
  if (pid === null || !isSameProcess(pid, null) || !runsOn(paths, pid)) return null;
  const port = /--port (\d+)/.exec(processCommandLine(pid) ?? '')?.[1];
  return port === undefined ? null : { pid, port: Number(port) };
}

function lockedBy({ dbPath }: EmbeddedPaths): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(dbPath, 'mongod.lock'), 'utf8'), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

const runsOn = ({ dbPath }: EmbeddedPaths, pid: number): boolean =>
  processCommandLine(pid)?.includes(`--dbpath ${dbPath} `) ?? false;

/** How many of the last lines of the log are searched for the reason of a failed start. */
const SEARCHED_LINES = 200;

/** Why mongod gave up, in its own words since that byte of its log; null when it does not say. */
export function lastLogError({ logPath }: EmbeddedPaths, fromByte: number): string | null {
  let lines: string[];
  try {
    lines = readFileSync(logPath)
      .subarray(fromByte)
      .toString('utf8')
      .split('\n')
      .filter(Boolean)
      .slice(-SEARCHED_LINES);
  } catch {
    return null;
  }
  for (const line of lines.toReversed()) {
    const entry = parseLine(line);
    if (entry === null) return line;
    if (entry.s === 'E' || entry.s === 'F') return [entry.msg, JSON.stringify(entry.attr)].filter(Boolean).join(' ');
  }
  return null;
}

function parseLine(line: string): { s: string; msg: string; attr?: unknown } | null {
  try {
    return JSON.parse(line) as { s: string; msg: string; attr?: unknown };
  } catch {
    // Not JSON: said before logging began (a bad option, a missing library).
    return null;
  }
}
