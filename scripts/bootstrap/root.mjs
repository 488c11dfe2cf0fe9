import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';

/** The top of the clone, wherever the command was typed. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

export const inRoot = (...parts) => resolve(ROOT, ...parts);
