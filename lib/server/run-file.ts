import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { acquireFileLock } from './file-lock.mjs';
import { isSameProcess, processStartMark } from './process-identity.mjs';
import { StartupError } from './startup-error';

/**
 * SWITCHBOARD_DATA/run.json: where the running server and its database are, for every command that is a client of
 * them. Mode 0600, for the database takes no password on loopback.
 */
const recordSchema = z.object({
  startedAt: z.string(),
  mongodbUri: z.string(),
  database: z.string(),
  urls: z.object({ web: z.string(), mcp: z.string().optional() }),
  pids: z.object({ web: z.number(), mcp: z.number().optional(), mongod: z.number().optional() }),
  /** Tells the web process from a later one that was given its number. */
  webStartMark: z.string().nullable(),
});
export type RunRecord = Omit<z.infer<typeof recordSchema>, 'webStartMark'>;

const FILE_NAME = 'run.json';
const LOCK_NAME = 'instance';

export function writeRunFile(dataDir: string, record: RunRecord): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE_NAME);
  const draft = `${path}.${process.pid}`;
  const whole = { ...record, webStartMark: processStartMark(record.pids.web) };
  writeFileSync(draft, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** What runs on that data folder now. Null when nothing does, whatever a killed server left behind. */
export function readRunFile(dataDir: string): RunRecord | null {
  const parsed = recordSchema.safeParse(readJson(join(dataDir, FILE_NAME)));
  if (!parsed.success) return null;
  const { webStartMark, ...record } = parsed.data;
  return isSameProcess(record.pids.web, webStartMark) ? record : null;
}

export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, FILE_NAME), { force: true });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Absent, or cut short by a crash of the machine: nothing runs that could be found through it.
    return null;
  }
}

/**
 * One server a data folder. Held until the process ends, however it ends; of two starts at the same instant exactly
 * one gets it. Returns the release; throws, with where the other one is, when the folder is taken.
 */
export function claimDataFolder(dataDir: string): () => void {
  const attempt = takeLock(dataDir);
  if (attempt.acquired) return attempt.release;
  const running = readRunFile(dataDir);
  const where = running === null ? 'it is still starting' : `it answers at ${running.urls.web}`;
  const who = attempt.holder === null ? '' : ` (pid ${attempt.holder.pid})`;
  throw new StartupError(
    `Switchboard already runs on ${dataDir}${who}; ${where}. ` +
      'Stop it first, or start this one with another SWITCHBOARD_DATA, PORT and MCP_PORT.',
    { exitCode: ALREADY_RUNNING_EXIT },
  );
}

function takeLock(dataDir: string): ReturnType<typeof acquireFileLock> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return acquireFileLock(dataDir, LOCK_NAME);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new StartupError(`SWITCHBOARD_DATA: got ${dataDir}, wanted a folder that this user may write to (${code}).`);
  }
}

/** Not the code of a bad configuration: a script may want to tell the two apart. */
const ALREADY_RUNNING_EXIT = 75;
