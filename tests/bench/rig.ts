import { MongoClient } from 'mongodb';
import type { Rig } from './row';
import { startServer } from './server';

/** The product and a driver of one's own beside it, for as long as `run` takes. */
export async function withRig<T>(env: Record<string, string>, run: (rig: Rig) => Promise<T>): Promise<T> {
  const server = await startServer(env);
  try {
    const client = await new MongoClient(server.mongodbUri, { writeConcern: { w: 'majority' } }).connect();
    try {
      return await run({ server, client });
    } finally {
      await client.close();
    }
  } finally {
    await server.stop();
  }
}
