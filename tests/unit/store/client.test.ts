import { describe, expect, test } from 'vitest';
import { connectDatabase } from '@/lib/store/client';

describe('connectDatabase', () => {
  test.each([
    ['mongodb://localhost:abc', 'localhost:abc'],
    ['mongodb://user:sec:ret@db.example/', 'db.example'],
    ['mongodb://user:sec@ret@db.example/?w=1', 'db.example'],
    ['mongodb://one,two/?directConnection=true', 'one,two'],
    ['mongodb://db.example/?colour=blue', 'db.example'],
  ])('%s is refused by the name of its variable, without what it holds in secret', async (uri, place) => {
    const error = await connectDatabase(uri, 'switchboard').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ControlPlaneError', code: 'validation-failed' });
    const { message } = error as Error;
    expect(message.startsWith(`MONGODB_URI: got mongodb://${place}, wanted the address of a replica set: `)).toBe(true);
    expect(message).not.toMatch(/sec|ret@/);
  });
});
