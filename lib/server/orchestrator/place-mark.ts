import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'place';

/**
 * What tells this folder from one of the same path on another machine of the same name: made once, kept in the folder.
 * Empty where the folder was used before there were marks: what was named without one keeps its name.
 */
export function placeMark(folder: string, isUsed: () => boolean): string {
  const path = join(folder, FILE);
  const kept = read(path);
  if (kept !== null || isUsed()) return kept ?? '';
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, randomBytes(8).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // Made by another at the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return read(path) ?? '';
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
