import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MONGOD_FILE, verifyMongod } from './mongod-binary';

/**
 * Binaries fetched once serve every clone and data folder of a user, so they live in the user's cache folder; in the
 * data folder only where that one cannot be written.
 */
function cacheFolders(dataDir: string): string[] {
  return [join(userCacheFolder(), 'switchboard', 'mongod'), join(dataDir, 'mongod-binary')];
}

function userCacheFolder(): string {
  const home = homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  return process.env['XDG_CACHE_HOME'] || join(home, '.cache');
}

const ENTRY = /^mongod-(\d+)\.(\d+)\.(\d+)$/;

/** The newest binary fetched earlier that still runs. */
export async function findCached(dataDir: string): Promise<{ path: string; version: string } | null> {
  for (const folder of cacheFolders(dataDir)) {
    const entries = await readdir(folder).catch(() => []);
    for (const entry of entries.filter(name => ENTRY.test(name)).toSorted(newestFirst)) {
      const path = join(folder, entry, MONGOD_FILE);
      const version = await verifyMongod(path).catch(() => null);
      if (version !== null) return { path, version };
    }
  }
  return null;
}

const newestFirst = (left: string, right: string): number => right.localeCompare(left, 'en', { numeric: true });

/**
 * Lets `fetch` leave a binary anywhere under a private folder, and keeps it only when it runs. The final rename is
 * atomic, so two processes that fetch at once both end with a whole binary.
 */
export async function fetchIntoCache(
  dataDir: string,
  fetch: (folder: string) => Promise<string>,
): Promise<{ path: string; version: string }> {
  const folder = await writableFolder(dataDir);
  const work = await mkdtemp(join(folder, '.fetch-'));
  try {
    const ready = join(work, 'ready');
    await mkdir(ready);
    await copyFile(await fetch(work), join(ready, MONGOD_FILE));
    await chmod(join(ready, MONGOD_FILE), 0o755);
    const version = await verifyMongod(join(ready, MONGOD_FILE));
    const final = join(folder, `mongod-${version}`);
    await rename(ready, final).catch(async (error: unknown) => {
      // ENOTEMPTY / EEXIST: another process was first. Its binary counts only when it runs.
      await verifyMongod(join(final, MONGOD_FILE)).catch(async () => {
        await rm(final, { recursive: true, force: true });
        await rename(ready, final).catch(() => Promise.reject(error));
      });
    });
    return { path: join(final, MONGOD_FILE), version };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writableFolder(dataDir: string): Promise<string> {
  let reason: unknown;
  for (const folder of cacheFolders(dataDir)) {
    try {
      await mkdir(folder, { recursive: true });
      await rm(await mkdtemp(join(folder, '.probe-')), { recursive: true });
      return folder;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`No folder to keep a fetched mongod in: ${cacheFolders(dataDir).join(', ')}`, { cause: reason });
}
