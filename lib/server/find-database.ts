import type { Config } from './config';
import { readRunFile } from './run-file';
import { StartupError } from './startup-error';

export interface DatabasePlace {
  mongodbUri: string;
  database: string;
}

/**
 * Where a process finds the database that starts none of its own: MONGODB_URI, else what runs on this data folder.
 * Address and name come from one place: another name on the same server is an empty database, made by asking for it,
 * and a stream of it is silent for good.
 */
export function findDatabase(config: Pick<Config, 'mongodbUri' | 'database' | 'dataDir'>): DatabasePlace {
  if (config.mongodbUri !== undefined) return { mongodbUri: config.mongodbUri, database: config.database };
  const running = readRunFile(config.dataDir);
  if (running) return { mongodbUri: running.mongodbUri, database: running.database };
  throw new StartupError(
    `MONGODB_URI: not set, and nothing runs on ${config.dataDir}. Set it, or start Switchboard with npm start first.`,
  );
}
