// Makes the members of SWITCHBOARD_MEMBERS one replica set and makes the user the plane signs in as. Run at every start
// of docker-compose.yml: what is already so stays so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

const NOT_YET_INITIALIZED = 94;
const USER_EXISTS = 51_003;
/** A first start pulls images and makes files before the nodes answer. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 500;

/**
 * A primary's death is noticed within the election timeout, so 2 s there and in the heartbeats keep events flowing again
 * within 5 s of it. Beside a frozen member the others may hear of each other's progress by heartbeats alone: at the
 * usual 2 s each majority write then takes 2 s, and a new primary that hears nothing for 2 s steps down again.
 */
const SETTINGS = { electionTimeoutMillis: 2_000, heartbeatTimeoutSecs: 2, heartbeatIntervalMillis: 500 };

const members = process.env.SWITCHBOARD_MEMBERS.split(',');
const setName = process.env.SWITCHBOARD_SET_NAME ?? 'switchboard';
const database = process.env.SWITCHBOARD_DB || 'switchboard';
const rootPassword = read(process.env.SWITCHBOARD_ROOT_PASSWORD_FILE);
const password = read(join(process.env.SWITCHBOARD_SECRETS, 'database-password'));
const credentials = { auth: { username: 'root', password: rootPassword }, authSource: 'admin' };
const deadline = performance.now() + PATIENCE_MS;

await untilDone('the set is initiated', initiate);
await untilDone('the user is made', makeUser);

async function initiate() {
  await withClient(`mongodb://${members[0]}/?directConnection=true`, async admin => {
    const status = await admin.command({ replSetGetStatus: 1 }).catch(error => {
      if (error.code === NOT_YET_INITIALIZED) return null;
      throw error;
    });
    if (status !== null) return;
    const config = { _id: setName, settings: SETTINGS, members: members.map((host, index) => ({ _id: index, host })) };
    await admin.command({ replSetInitiate: config });
  });
}

/** Reads and writes its own database; reads the state of the set and the oplog's window for the health page. */
async function makeUser() {
  await withClient(`mongodb://${members.join(',')}/?replicaSet=${setName}`, async admin => {
    const roles = [
      { role: 'readWrite', db: database },
      { role: 'dbAdmin', db: database },
      { role: 'clusterMonitor', db: 'admin' },
      { role: 'read', db: 'local' },
    ];
    const writeConcern = { w: 'majority' };
    await admin.command({ createUser: 'switchboard', pwd: password, roles, writeConcern }).catch(async error => {
      if (error.code !== USER_EXISTS) throw error;
      await admin.command({ updateUser: 'switchboard', pwd: password, roles, writeConcern });
    });
  });
}

async function withClient(uri, use) {
  const client = new MongoClient(uri, { ...credentials, serverSelectionTimeoutMS: 5_000 });
  try {
    await use(client.db('admin'));
  } finally {
    await client.close();
  }
}

async function untilDone(what, work) {
  for (;;) {
    try {
      await work();
      console.error(what);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      console.error(`not yet: ${error.message}`);
      await delay(RETRY_MS);
    }
  }
}

function read(path) {
  return readFileSync(path, 'utf8').trim();
}
