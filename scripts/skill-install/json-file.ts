import { readFileSync } from 'node:fs';
import { StartupError } from '@/lib/server/startup-error';

export type JsonObject = Record<string, unknown>;

/** {} when there is no such file. One that cannot be read as JSON is somebody's work: nothing is written over it. */
export function readJsonFile(path: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  if (text.trim() === '') return {};
  const value = parse(path, text);
  if (isObject(value)) return value;
  throw new StartupError(`${path}: got ${text.slice(0, 40)}, wants a JSON object. Nothing was changed in it.`);
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartupError(`${path}: ${(error as Error).message}. Mend it first; nothing was changed in it.`, {
      cause: error,
    });
  }
}
