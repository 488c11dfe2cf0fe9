import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MongoClient, ObjectId } from 'mongodb';

/**
 * What the product is measured against: the least code that does the job. One change stream written to plain SSE, and
 * a claim that is one compare-and-set by id. No tenants, no resume, no lanes, no limits, no bundle.
 */
export async function runBareServer(uri: string, database: string, say: (message: object) => void): Promise<void> {
  const client = await new MongoClient(uri, { writeConcern: { w: 'majority' } }).connect();
  const collection = client.db(database).collection('bare');
  const readers = new Set<ServerResponse>();
  const server = createServer((req, res) => {
    if (req.url === '/events') {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      res.write(': connected\n\n');
      readers.add(res);
      res.on('close', () => readers.delete(res));
      return;
    }
    let text = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (text += chunk));
    req.on(
      'end',
      () => void claim(text).then(body => res.writeHead(200, { 'content-type': 'application/json' }).end(body)),
    );
  });
  const claim = async (text: string): Promise<string> => {
    const { id } = JSON.parse(text) as { id: string };
    const row = await collection.findOneAndUpdate(
      { _id: new ObjectId(id), status: { $exists: false } },
      [{ $set: { status: 'claimed', epoch: 1, leaseUntil: { $add: ['$$NOW', 60_000] } } }],
      { returnDocument: 'after' },
    );
    return JSON.stringify(row);
  };
  const changes = collection.watch([{ $match: { operationType: 'insert' } }]);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  void (async () => {
    for await (const change of changes) {
      if (change.operationType !== 'insert') continue;
      const id = String(change.documentKey._id);
      const frame = `id: ${id}\nevent: message-created\ndata: ${JSON.stringify({ id })}\n\n`;
      for (const reader of readers) reader.write(frame);
    }
  })();
  say({ ready: true, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  process.once('disconnect', () => process.exit(0));
}
