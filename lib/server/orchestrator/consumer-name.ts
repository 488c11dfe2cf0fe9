import { hostname } from 'node:os';
import { join } from 'node:path';
import { acquireFileLock } from '../file-lock.mjs';
import { StartupError } from '../startup-error';

export interface HeldName {
  name: string;
  release(): void;
}

const MAX_NAME_CHARACTERS = 64;
const MAX_ORCHESTRATORS = 100;

/**
 * The name under which this orchestrator is known over its restarts. One process a name: a second stream under it
 * would end the first. The token's id is part of a default name, for a consumer belongs to the token that made it.
 */
export function holdConsumerName(dataDir: string, wanted: string | undefined, tokenId: string): HeldName {
  const folder = join(dataDir, 'orchestrators');
  if (wanted !== undefined) {
    const attempt = acquireFileLock(folder, wanted);
    if (attempt.acquired) return { name: wanted, release: attempt.release };
    const who = attempt.holder === null ? '' : ` (pid ${attempt.holder.pid})`;
    throw new StartupError(`--consumer: '${wanted}' already runs here${who}; choose another name.`);
  }
  for (let number = 1; number <= MAX_ORCHESTRATORS; number += 1) {
    const name = defaultName(tokenId, number);
    const attempt = acquireFileLock(folder, name);
    if (attempt.acquired) return { name, release: attempt.release };
  }
  throw new StartupError(
    `${MAX_ORCHESTRATORS} orchestrators already run on ${dataDir}; name this one with --consumer.`,
  );
}

function defaultName(tokenId: string, number: number): string {
  const end = `-${plain(tokenId).slice(-8)}-${number}`;
  return `headless-${plain(hostname())}`.slice(0, MAX_NAME_CHARACTERS - end.length) + end;
}

const plain = (text: string): string => text.replace(/[^A-Za-z0-9_-]+/g, '-');
