import { afterEach, describe, expect, test } from 'vitest';
import { assertReplicaSet, ensureSingleNodeSet, identifyServer } from '@/lib/store/replica-set';
import { type BareMongod, startBareMongod } from '../support/bare-mongod';
import { createTestDatabase } from '../support/mongo';

let server: BareMongod | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe('assertReplicaSet', () => {
  test('a replica set is accepted', async () => {
    const { client } = await createTestDatabase();
    await expect(assertReplicaSet(client)).resolves.toBeUndefined();
  });

  test('a standalone server is refused with the commands that make it a replica set', async () => {
    server = await startBareMongod();
    const refusal = assertReplicaSet(server.client);
    await expect(refusal).rejects.toThrow('standalone');
    await expect(refusal).rejects.toThrow(`mongod --replSet rs0 --port ${server.port} --dbpath ${server.dbPath}`);
    await expect(refusal).rejects.toThrow(`mongosh --port ${server.port} --eval 'rs.initiate()'`);
  });

  test('one that was never initiated is refused with the one command that is missing', async () => {
    server = await startBareMongod(['--replSet', 'rs0']);
    await expect(assertReplicaSet(server.client)).rejects.toThrow(
      `never initiated. Run once: mongosh --port ${server.port} --eval 'rs.initiate()'`,
    );
  });
});

describe('ensureSingleNodeSet', () => {
  test('a fresh node becomes a writable primary, and once more changes nothing', async () => {
    server = await startBareMongod(['--replSet', 'switchboard']);
    const { port, client } = server;
    await ensureSingleNodeSet(port, AbortSignal.timeout(20_000));
    await expect(assertReplicaSet(client)).resolves.toBeUndefined();
    const version = async () => (await client.db('admin').command({ replSetGetConfig: 1 }))['config'].version;
    const before = await version();
    await ensureSingleNodeSet(port, AbortSignal.timeout(20_000));
    expect(await version()).toBe(before);
  });

  test('nobody there: it gives up when told to', async () => {
    const startedAt = Date.now();
    await expect(ensureSingleNodeSet(1, AbortSignal.timeout(1_000))).rejects.toThrow(
      'did not become a writable primary',
    );
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('identifyServer', () => {
  test('a server says its process id and data folder; a silent port says nothing', async () => {
    server = await startBareMongod();
    expect(await identifyServer(server.port)).toEqual({ pid: expect.any(Number), dbPath: server.dbPath });
    expect(await identifyServer(1)).toBeNull();
  });
});
