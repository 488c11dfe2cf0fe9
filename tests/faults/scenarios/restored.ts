import { MongoClient, type Document } from 'mongodb';
import { ReplicaSet } from '../rig/replica-set';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

const WITHIN_MS = 30_000;
/** Not done when the backup is made: the restored board has to do it. */
const OPEN_WORK = 40;

/** A backup as any tool makes it: the documents, nothing of the server's own. */
async function backUp(rig: Rig): Promise<Map<string, Document[]>> {
  const backup = new Map<string, Document[]>();
  for (const { name } of await rig.db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()) {
    if (!name.startsWith('system.')) backup.set(name, await rig.db.collection(name).find().toArray());
  }
  return backup;
}

async function restore(uri: string, database: string, backup: Map<string, Document[]>): Promise<void> {
  const client = await new MongoClient(uri, { writeConcern: { w: 'majority' } }).connect();
  try {
    for (const [name, documents] of backup) {
      await client.db(database).createCollection(name);
      if (documents.length > 0) await client.db(database).collection(name).insertMany(documents);
    }
  } finally {
    await client.close();
  }
}

export const restored = scenario({
  name: 'restored',
  title: 'the database is restored from a backup, first into the same replica set, then into a new one',
  bars: { resetsSameSet: { least: 1, most: 1 }, resetsNewSet: { least: 1, most: 1 } },
  run: async rig => {
    await rig.startBoard();
    const line = await rig.startLine();
    await line.drain();
    for (const claimer of line.claimers) claimer.pause();
    const before = rig.ledger.of('acked').length;
    await line.resume();
    await until(() => rig.ledger.of('acked').length >= before + OPEN_WORK, WITHIN_MS, 'work waits');
    await line.producer.stop();
    const backup = await backUp(rig);
    // Life goes on after the backup, so that readers hold positions it knows nothing of.
    await rig.board.call('POST', '/api/messages', { body: 'after the backup' });
    await until(() => line.readers.every(reader => reader.seen.length > 0), WITHIN_MS, 'readers are up to date');

    rig.fault('restore into the same set');
    await rig.board.stop();
    await rig.db.dropDatabase();
    await restore(rig.set.uri, rig.database, backup);
    await rig.restartBoard();
    await until(() => line.readers.every(({ resets }) => resets.length > 0), WITHIN_MS, 'a reset for each');
    const resetsSameSet = Math.max(...line.readers.map(({ resets }) => resets.length));

    rig.fault('restore into a new set');
    await rig.board.stop();
    const folder = rig.folderFor('restored');
    const set = await ReplicaSet.start({ mongodPath: rig.mongodPath, folder, setName: 'restored', members: 1 });
    rig.add(() => set.stop());
    await restore(set.uri, rig.database, backup);
    line.moveTo(set.uri);
    rig.board.moveTo(set.uri);
    await rig.restartBoard();
    await until(() => line.readers.every(({ resets }) => resets.length > resetsSameSet), WITHIN_MS, 'a reset for each');
    for (const claimer of line.claimers) claimer.resume();
    const restoredAtMs = Date.now();
    await line.resume();
    await line.eventsAgain(restoredAtMs, WITHIN_MS);
    return {
      resetsSameSet,
      resetsNewSet: Math.max(...line.readers.map(({ resets }) => resets.length)) - resetsSameSet,
      openWork: OPEN_WORK,
    };
  },
});
