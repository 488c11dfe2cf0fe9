import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { tapEvents } from '../support/sse-tap';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/** The product's main job on real parts: a driver's insert, the stream, an orchestrator, its child, the open page. */

const run = promisify(execFile);
let board: Switchboard;
let browser: Browser;

beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

const INSERT = `
import { MongoClient } from 'mongodb';
const [uri, database, count] = process.argv.slice(1);
const client = await new MongoClient(uri).connect();
for (let n = 0; n < Number(count); n += 1) {
  const { insertedId } = await client.db(database).collection('messages').insertOne({ assignedTo: 'research', body: 'hello' });
  console.log(insertedId.toHexString());
}
await client.close();
`;

/** A separate process with nothing but the driver. */
async function insertByDriver(count = 1): Promise<string[]> {
  const { mongodbUri, database } = board.run;
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    INSERT,
    mongodbUri,
    database,
    String(count),
  ]);
  return stdout.trim().split('\n');
}

describe('the whole line', () => {
  it('brings a raw insert over the stream to an orchestrator and its answer to the open page', async () => {
    const token = await board.tokenFor('orchestrator');
    const tap = tapEvents(`${board.url}/api/events`, token);
    await tap.opened;
    const [id] = await insertByDriver();
    await until(() => tap.events.some(({ event, data }) => event === 'message-created' && data['id'] === id), 5_000);

    const link = /http\S+\/login#\S+/.exec(board.stdout())![0];
    const page = await browser.newPage();
    await page.goto(link);
    await page.waitForURL(`${board.url}/`);
    await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
    await page.goto(`${board.url}/threads/${id}`);
    await page.getByText('hello').first().waitFor();
    const loads: string[] = [];
    page.on('framenavigated', frame => loads.push(frame.url()));

    const orchestrator = spawn(
      process.execPath,
      ['dist/orchestrator.mjs', '--exec', 'cat >/dev/null; echo answered by a child'],
      {
        env: { ...process.env, SWITCHBOARD_URL: board.url, SWITCHBOARD_TOKEN: token, SWITCHBOARD_DATA: board.dataDir },
        stdio: 'ignore',
      },
    );
    try {
      await page.getByText('answered by a child').first().waitFor({ timeout: 15_000 });
    } finally {
      const gone = new Promise(resolve => orchestrator.once('exit', resolve));
      orchestrator.kill('SIGTERM');
      expect(await gone).toBe(0);
      tap.close();
    }
    expect(loads).toEqual([]);
    const thread = await board.api('GET', `/api/threads/${id}/messages`);
    expect(thread.body.items).toMatchObject([
      { id, status: 'done', body: 'hello' },
      { body: 'answered by a child', from: { kind: 'agent', id: 'research' }, assignedTo: null, inReplyTo: id },
    ]);
    await page.close();
  });

  it('gives a reader that was cut off every event of the time the server was dead, once and in order', async () => {
    const token = await board.tokenFor('viewer');
    const before = tapEvents(`${board.url}/api/events?types=message-created`, token);
    await before.opened;
    const [first] = await insertByDriver();
    await until(() => before.events.some(({ data }) => data['id'] === first), 5_000);
    const lastId = before.events.at(-1)!.id!;
    before.close();
    await board.kill();
    const written = await insertByDriver(200);
    await board.restart();
    const after = tapEvents(`${board.url}/api/events?types=message-created`, token, { 'last-event-id': lastId });
    await until(() => after.events.length >= 200, 15_000);
    const [live] = await insertByDriver();
    await until(() => after.events.some(({ data }) => data['id'] === live), 5_000);
    after.close();
    expect(after.events.map(({ data }) => data['id'])).toEqual([...written, live]);
    expect(after.events.map(({ event }) => event)).not.toContain('reset');
  });

  it.each([
    ['garbage', () => 'not-a-position'],
    ['another database’s', (own: string) => own.replace(/\.[0-9a-f]{16}\./, '.0123456789abcdef.')],
  ])('answers a position of %s with exactly one reset, then goes on live', async (_, make) => {
    const token = await board.tokenFor('viewer');
    const { headers } = await board.api('GET', '/api/threads', undefined, token);
    const tap = tapEvents(`${board.url}/api/events`, token, { 'last-event-id': make(headers.get('x-event-cursor')!) });
    await until(() => tap.events.length > 0, 5_000);
    const [id] = await insertByDriver();
    await until(() => tap.events.some(({ data }) => data['id'] === id), 5_000);
    tap.close();
    expect(tap.events[0]!.event).toBe('reset');
    expect(tap.events[0]!.data).toMatchObject({ cursor: tap.events[0]!.id });
    expect(tap.events.filter(({ event }) => event === 'reset')).toHaveLength(1);
  });
});
