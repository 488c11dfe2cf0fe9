import type { Logger } from '../telemetry/logger';
import type { Config } from './config';
import { findMongod } from './mongod/find-mongod';
import { startEmbedded } from './mongod/start-embedded';

export interface OpenedDatabase {
  uri: string;
  pid(): number | undefined;
  /** The embedded server died and runs again, under another pid. */
  onRestart(listener: () => void): void;
  stop(): Promise<void>;
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);

/** MONGODB_URI where it is set, else the embedded server: found or fetched, started or adopted. */
export async function openDatabase(config: Config, log: Logger): Promise<OpenedDatabase> {
  if (config.mongodbUri !== undefined) {
    return { uri: config.mongodbUri, pid: () => undefined, onRestart: () => undefined, stop: async () => undefined };
  }
  const binary = await findMongod({ mongodPath: config.mongodPath, dataDir: config.dataDir, report });
  const embedded = await startEmbedded({ binaryPath: binary.path, dataDir: config.dataDir, log });
  return {
    uri: embedded.uri,
    pid: () => embedded.pid,
    onRestart: listener => embedded.onRestart(listener),
    stop: () => embedded.stop(),
  };
}
