import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from '../auth/token';
import type { Config } from './config';

export const ADMIN_TOKEN_FILE = 'admin-token';

/** The first admin: from the environment, else made at the first start and kept in the data folder, mode 0600. */
export function ensureAdminToken({ adminToken, dataDir }: Pick<Config, 'adminToken' | 'dataDir'>): string {
  if (adminToken !== undefined) return adminToken;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, ADMIN_TOKEN_FILE);
  try {
    // `wx`: of two processes at a first start one writes, and the other reads what it wrote.
    writeFileSync(path, `${makeToken('admin', 'first')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(path, 0o600);
  return readFileSync(path, 'utf8').trim();
}
