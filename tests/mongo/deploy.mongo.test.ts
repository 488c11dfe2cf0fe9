import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../support/bare-mongod';
import { testMongodPath } from '../support/mongo';

/** The jobs of docker-compose.yml against three real nodes with authentication, as its containers would run them. */
const run = promisify(execFile);
const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const secret = (path: string): string => readFileSync(path, 'utf8');

async function startNode(args: readonly string[]): Promise<() => Promise<void>> {
  const child = spawn(testMongodPath(), ['--bind_ip', '127.0.0.1', '--nounixsocket', ...args], { stdio: 'ignore' });
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  cleanUps.push(stop);
  return stop;
}

/** What the official image does on a first start: the root user, made before authentication is on. */
async function makeRoot(dbPath: string, port: number, password: string): Promise<void> {
  const stop = await startNode(['--dbpath', dbPath, '--port', String(port)]);
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  const root = { createUser: 'root', pwd: password, roles: ['root'], writeConcern: { w: 1, j: true } };
  await client.db('admin').command(root);
  await client.close();
  await stop();
}

test('secrets are made once, three nodes become one set, and the plane signs in and hears changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-deploy-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  const paths = ['database', 'plane', 'db0', 'db1', 'db2'].map(name => join(folder, name));
  for (const path of paths) mkdirSync(path);
  const [database = '', plane = '', ...dbPaths] = paths;

  await run(process.execPath, ['scripts/deploy/make-secrets.mjs', database, plane]);
  const keyfile = secret(join(database, 'keyfile'));
  await run(process.execPath, ['scripts/deploy/make-secrets.mjs', database, plane]);
  expect(secret(join(database, 'keyfile'))).toBe(keyfile);
  expect(statSync(join(plane, 'admin-token')).mode & 0o777).toBe(0o400);

  const ports = [await freePort(), await freePort(), await freePort()];
  await makeRoot(dbPaths[0] ?? '', ports[0] ?? 0, secret(join(database, 'root-password')));
  const keyfileFlags = ['--replSet', 'switchboard', '--keyFile', join(database, 'keyfile')];
  await Promise.all(
    dbPaths.map((path, index) => startNode([...keyfileFlags, '--dbpath', path, '--port', String(ports[index])])),
  );

  const members = ports.map(port => `127.0.0.1:${port}`).join(',');
  const env = {
    ...process.env,
    SWITCHBOARD_MEMBERS: members,
    SWITCHBOARD_SECRETS: plane,
    SWITCHBOARD_ROOT_PASSWORD_FILE: join(database, 'root-password'),
  };
  await run(process.execPath, ['scripts/deploy/init-replica-set.mjs'], { env });
  // Every `docker compose up` runs it again.
  await run(process.execPath, ['scripts/deploy/init-replica-set.mjs'], { env });

  const script = join(folder, 'show.mjs');
  writeFileSync(
    script,
    'console.log(JSON.stringify([process.env.MONGODB_URI, process.env.SWITCHBOARD_ADMIN_TOKEN, process.argv[2]]))',
  );
  const { stdout } = await run(process.execPath, ['scripts/deploy/with-secrets.mjs', 'node', script, 'argument'], {
    env,
  });
  const [uri, adminToken, argument] = JSON.parse(stdout) as string[];
  expect(adminToken).toBe(secret(join(plane, 'admin-token')));
  expect(argument).toBe('argument');

  const client = await new MongoClient(uri ?? '').connect();
  cleanUps.push(() => client.close());
  const db = client.db('switchboard');
  await db.createCollection('messages', { changeStreamPreAndPostImages: { enabled: true } });
  const changes = db.watch();
  cleanUps.push(() => changes.close());
  // Opens the cursor: `next` alone may open it after the insert.
  await changes.tryNext();
  await db.collection('messages').insertOne({ body: 'hello' });
  expect(await changes.next()).toMatchObject({ operationType: 'insert' });
  const status = await client.db('admin').command({ replSetGetStatus: 1 });
  expect(status['members']).toHaveLength(3);
  await client.db('local').collection('oplog.rs').findOne();
  await expect(client.db('other').collection('x').insertOne({})).rejects.toThrow(/not authorized/i);
}, 90_000);
