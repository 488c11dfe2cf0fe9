import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { tapEvents } from '../support/sse-tap';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';

/** The database freezes, then dies: who says so, how soon, and that all heals by itself. */

const SAID_WITHIN_MS = 5_000;
const HEALED_WITHIN_MS = 15_000;
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

const readyStatus = async (): Promise<number> =>
  (await fetch(`${board.url}/api/health/ready`, { signal: AbortSignal.timeout(SAID_WITHIN_MS) })).status;

async function signedInPage() {
  const code = /http\S+\/login#\S+/.exec(board.stdout())![0];
  const page = await browser.newPage();
  await page.goto(code);
  await page.waitForURL(`${board.url}/`);
  await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
  return page;
}

describe('a database that is away', () => {
  it('is said by the probe and the page within 5 s, and a stream goes on without a gap when it is back', async () => {
    const page = await signedInPage();
    const token = await board.tokenFor('viewer');
    const tap = tapEvents(`${board.url}/api/events?types=message-created`, token);
    await tap.opened;
    const before = await board.api('POST', '/api/messages', { body: 'before' });
    await until(() => tap.events.some(({ data }) => data['id'] === before.body.id), 5_000);

    const mongod = board.run.pids.mongod!;
    process.kill(mongod, 'SIGSTOP');
    const frozenAtMs = Date.now();
    try {
      await until(async () => (await readyStatus()) === 503, SAID_WITHIN_MS);
      await page
        .getByText(/MongoDB is away/)
        .first()
        .waitFor({ timeout: SAID_WITHIN_MS + 1_000 - (Date.now() - frozenAtMs) });
      const write = await board.api('POST', '/api/messages', { body: 'meanwhile' });
      expect(write.status).toBe(503);
      expect(write.body.code).toBe('unavailable');
    } finally {
      process.kill(mongod, 'SIGCONT');
    }
    await until(async () => (await readyStatus()) === 200, HEALED_WITHIN_MS);
    const after = await board.api('POST', '/api/messages', { body: 'after' });
    expect(after.status).toBe(201);
    await until(() => tap.events.some(({ data }) => data['id'] === after.body.id), HEALED_WITHIN_MS);
    expect(tap.events.map(({ event }) => event)).not.toContain('reset');
    tap.close();
    await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor({ timeout: HEALED_WITHIN_MS });
    await page.close();
  });

  it('killed with -9 is started again with its data, and the stream goes on', async () => {
    const token = await board.tokenFor('viewer');
    const kept = await board.api('POST', '/api/messages', { body: 'kept' });
    const tap = tapEvents(`${board.url}/api/events?types=message-created`, token);
    await tap.opened;
    process.kill(board.run.pids.mongod!, 'SIGKILL');
    await until(async () => (await board.api('POST', '/api/messages', { body: 'again' })).status === 201, 30_000);
    expect((await board.api('GET', `/api/messages/${kept.body.id}`)).body.body).toBe('kept');
    const last = await board.api('POST', '/api/messages', { body: 'last' });
    await until(() => tap.events.some(({ data }) => data['id'] === last.body.id), HEALED_WITHIN_MS);
    const seen = tap.events.map(({ data }) => data['id']);
    expect(new Set(seen).size).toBe(seen.length);
    tap.close();
  });
});
