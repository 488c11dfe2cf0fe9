import { createSignInCode, signInLink } from '@/lib/services/identity/create-sign-in-code';
import { connectDatabase } from '@/lib/store/client';
import { collectionsOf } from '@/lib/store/collections';
import { parseConfig, type Config } from './config';
import { readRunFile } from './run-file';
import { StartupError } from './startup-error';

/** `npm run login`: a fresh sign-in link for the server that runs on this data folder. */

interface Target {
  mongodbUri: string;
  database: string;
  webUrl: string;
}

function findServer(config: Config): Target {
  const running = readRunFile(config.dataDir);
  if (running) return { mongodbUri: running.mongodbUri, database: running.database, webUrl: running.urls.web };
  // The server may run on another machine, on a database that is known here.
  if (config.mongodbUri !== undefined && config.url !== undefined) {
    return { mongodbUri: config.mongodbUri, database: config.database, webUrl: config.url };
  }
  throw new StartupError(
    `No Switchboard runs on ${config.dataDir}. Start one with: npm start\n` +
      'For a server elsewhere, set MONGODB_URI to its database and SWITCHBOARD_URL to its address.',
  );
}

async function connect({ mongodbUri, database }: Target) {
  try {
    return await connectDatabase(mongodbUri, database);
  } catch (error) {
    throw new StartupError('Its database does not answer. Is the server still starting, or stopping?', {
      cause: error,
    });
  }
}

const target = findServer(parseConfig(process.env));
const connection = await connect(target);
try {
  const code = await createSignInCode(collectionsOf(connection.db), Date.now());
  process.stderr.write('Sign in here; the link works once, for 10 minutes:\n');
  process.stdout.write(`${signInLink(target.webUrl, code)}\n`);
} finally {
  await connection.close();
}
