import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { writePrivateFile } from '../orchestrator/private-file';

const FOLDER = 'dispatches';
/** Longer than any agent reads its brief. */
const MAX_AGE_MS = 7 * 86_400_000;

/** Keeps a claimed dispatch and its prompt whole, for an agent to read; what is old goes. */
export function dispatchFiles(folder: string, dispatch: Dispatch): { file: string; promptFile: string } {
  removeOldFiles(folder);
  const base = join(folder, FOLDER, `${dispatch.id}.${dispatch.epoch}`);
  const files = { file: `${base}.json`, promptFile: `${base}.md` };
  writePrivateFile(files.file, `${JSON.stringify(dispatch, null, 1)}\n`);
  writePrivateFile(files.promptFile, dispatch.prompt);
  return files;
}

const lastWords = (folder: string, id: string, epoch: number): string => join(folder, FOLDER, `${id}.${epoch}.out`);

/** What was told of its agent's work under this epoch. */
export const signFile = (folder: string, id: string, epoch: number): string =>
  join(folder, FOLDER, `${id}.${epoch}.sign`);

export const keepLastWords = (folder: string, { id, epoch }: { id: string; epoch: number }, text: string): void =>
  writePrivateFile(lastWords(folder, id, epoch), text);

/** What its agent said last under this epoch; null when no hook told. */
export const readLastWords = (folder: string, id: string, epoch: number): string | null =>
  readText(lastWords(folder, id, epoch));

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const earlyEnd = (folder: string, agent: string): string => join(folder, FOLDER, `${agent}.end`);

/** What an agent said last that the client has not named yet as a dispatch's. */
export const keepEarlyEnd = (folder: string, agent: string, text: string): void =>
  writePrivateFile(earlyEnd(folder, agent), text);

/** Once; null when it did not end so early. */
export function takeEarlyEnd(folder: string, agent: string): string | null {
  const said = readText(earlyEnd(folder, agent));
  if (said !== null) rmSync(earlyEnd(folder, agent));
  return said;
}

/** They hold keys and other people's words: gone once they are old. */
function removeOldFiles(folder: string): void {
  const all = join(folder, FOLDER);
  try {
    for (const name of readdirSync(all)) {
      const path = join(all, name);
      if (Date.now() - statSync(path).mtimeMs > MAX_AGE_MS) rmSync(path, { force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
