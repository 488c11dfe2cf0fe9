import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDatabase } from '@/lib/server/find-database';
import { writeRunFile } from '@/lib/server/run-file';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'switchboard-database-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const MONGODB_URI = 'mongodb://127.0.0.1:20000/?directConnection=true';
const told = { mongodbUri: undefined, database: 'switchboard' };
const run = () =>
  writeRunFile(dataDir, {
    startedAt: '2026-01-01T00:00:00.000Z',
    mongodbUri: MONGODB_URI,
    database: 'another',
    urls: { web: 'http://127.0.0.1:7777' },
    pids: { web: process.pid },
  });

test('a process beside web is on its database, whatever web was told to call it', () => {
  run();
  expect(findDatabase({ ...told, dataDir })).toEqual({ mongodbUri: MONGODB_URI, database: 'another' });
});

test('what it was told itself comes first', () => {
  run();
  const mongodbUri = 'mongodb://elsewhere:27017';
  expect(findDatabase({ ...told, mongodbUri, dataDir })).toEqual({ mongodbUri, database: 'switchboard' });
});

test('where nothing runs it says so', () => {
  expect(() => findDatabase({ ...told, dataDir })).toThrow(/MONGODB_URI: not set, and nothing runs on /);
});
