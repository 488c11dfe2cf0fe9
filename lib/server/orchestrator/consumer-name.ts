import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { acquireFileLock } from '../file-lock.mjs';
import { StartupError } from '../startup-error';
import { EVERY_CLAIM, NotedClaims, type OwnClaims } from './own-claims';
import { placeMark } from './place-mark';

export interface HeldName {
  name: string;
  claims: OwnClaims;
  release(): void;
}

const MAX_NAME_CHARACTERS = 64;
const MAX_ORCHESTRATORS = 100;

/**
 * The name under which this orchestrator is known over its restarts. One process a name: a second stream under it
 * would end the first. The token's id is part of a default name, for a consumer belongs to the token that made it; so
 * is the data folder, for the lock is in there: two clones with one token would release each other's work. Two machines
 * of one name and path would too, hence the folder's mark.
 */
export function holdConsumerName(dataDir: string, wanted: string | undefined, tokenId: string): HeldName {
  const folder = join(dataDir, 'orchestrators');
  if (wanted !== undefined) {
    const attempt = acquireFileLock(folder, wanted);
    if (attempt.acquired)
      return { name: wanted, claims: new NotedClaims(join(folder, `${wanted}.claims`)), release: attempt.release };
    const who = attempt.holder === null ? '' : ` (pid ${attempt.holder.pid})`;
    throw new StartupError(`--consumer: '${wanted}' already runs here${who}; choose another name.`);
  }
  const place = createHash('sha256')
    .update(folder + placeMark(folder, () => existsSync(folder)))
    .digest('hex')
    .slice(0, 6);
  for (let number = 1; number <= MAX_ORCHESTRATORS; number += 1) {
    const name = defaultName(place, tokenId, number);
    const attempt = acquireFileLock(folder, name);
    if (attempt.acquired) return { name, claims: EVERY_CLAIM, release: attempt.release };
  }
  throw new StartupError(
    `${MAX_ORCHESTRATORS} orchestrators already run on ${dataDir}; name this one with --consumer.`,
  );
}

function defaultName(place: string, tokenId: string, number: number): string {
  const end = `-${place}-${plain(tokenId).slice(-8)}-${number}`;
  return `headless-${plain(hostname())}`.slice(0, MAX_NAME_CHARACTERS - end.length) + end;
}

const plain = (text: string): string => text.replace(/[^A-Za-z0-9_-]+/g, '-');
