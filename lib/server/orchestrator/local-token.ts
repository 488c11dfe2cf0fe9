import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isControlPlaneError } from '@/lib/domain/errors';
import type { CreateToken, IssuedToken } from '@/lib/domain/identity/schema';
import { systemClock } from '@/lib/kernel/clock';
import { createClient } from '@/lib/sdk/client';
import type { Config } from '../config';
import { acquireFileLock } from '../file-lock.mjs';
import { readRunFile } from '../run-file';
import { StartupError } from '../startup-error';
import { writePrivateFile } from './private-file';
import { isSameServer } from './same-server';

type LocalConfig = Pick<Config, 'dataDir' | 'adminToken'>;

const TOKEN_FILE = 'orchestrator-token';
const ADMIN_TOKEN_FILE = 'admin-token';
const LOOK_AGAIN_MS = 100;

/**
 * The orchestrator token of a server on this machine: the one kept beside its data, or a new one made with the
 * admin's. Kept, because a consumer belongs to the token that made it.
 */
export async function localToken(url: string, config: LocalConfig): Promise<string> {
  if (!isOwnServer(url, config.dataDir)) return newToken(url, config);
  return inTurn(config.dataDir, async () => {
    const path = join(config.dataDir, TOKEN_FILE);
    const kept = readToken(path);
    if (kept !== null && (await isAccepted(url, kept))) return kept;
    const token = await newToken(url, config);
    writePrivateFile(path, `${token}\n`);
    return token;
  });
}

/** Those that start at once would each make a token, and all but the last would be known by another at their next start. */
async function inTurn<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const attempt = acquireFileLock(dataDir, TOKEN_FILE);
    if (!attempt.acquired) {
      await systemClock.sleep(LOOK_AGAIN_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      attempt.release();
    }
  }
}

async function newToken(url: string, config: LocalConfig): Promise<string> {
  const adminToken = adminTokenOf(url, config);
  if (adminToken === null) throw new StartupError(noToken(url, config.dataDir));
  const wanted: CreateToken = { role: 'orchestrator', label: `orchestrator on ${hostname()}`.slice(0, 120) };
  const { token } = await createClient({ baseUrl: url, token: adminToken }).post<IssuedToken>('/api/tokens', wanted);
  return token;
}

/** Whoever may read the data folder is the admin of its server, and of no other. */
export const adminTokenOf = (url: string, { adminToken, dataDir }: LocalConfig): string | null =>
  adminToken ?? (isOwnServer(url, dataDir) ? readToken(join(dataDir, ADMIN_TOKEN_FILE)) : null);

/** What to do where neither the environment nor the data folder has a token for that server. */
export const noToken = (url: string, dataDir: string): string =>
  isOwnServer(url, dataDir)
    ? `No token: set SWITCHBOARD_TOKEN (there is no ${ADMIN_TOKEN_FILE} in ${dataDir}).`
    : `No token for ${url}: set SWITCHBOARD_TOKEN. Those in ${dataDir} are only for the server that runs on it.`;

/** Whether the server on that data folder answers at `url`: what is kept in the folder is shown to no other. */
export function isOwnServer(url: string, dataDir: string): boolean {
  const own = readRunFile(dataDir)?.urls.web;
  return own !== undefined && isSameServer(url, own);
}

export async function isAccepted(url: string, token: string): Promise<boolean> {
  try {
    await createClient({ baseUrl: url, token }).get('/api/auth/me');
    return true;
  } catch (error) {
    if (isControlPlaneError(error, 'unauthenticated') || isControlPlaneError(error, 'forbidden')) return false;
    throw error;
  }
}

function readToken(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? null : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
