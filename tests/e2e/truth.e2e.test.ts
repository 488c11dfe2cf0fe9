import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { startFrontProxy, type FrontProxy } from '../support/front-proxy';
import { startSwitchboard, type Switchboard } from '../support/switchboard';
import { isLive, readers, signedIn } from './live-windows';
import { RandomWriter, seeded } from './truth-writes';
import { thread, TRUTHS, type Truth } from './truth-pages';

/**
 * Every page open at once, in one browser, while two hundred writes go past it and the line under it breaks in all the
 * ways it can: each row and count is then the API's. One test after another, each from where the last one ended.
 */

const SEED = Number(process.env['TRUTH_SEED'] ?? 20_261_121);
/** Pages follow within a second or, for what looks at the whole database, five; the machine may be busy with others. */
const TRUE_WITHIN_MS = 45_000;
const OFFLINE_MS = 30_000;
/** Of each page that differs: enough to see how. */
const SHOWN_LINES = 6;
/** So tall that no list leaves a row out. */
const TALL = { width: 1440, height: 5_000 };

let board: Switchboard;
let browser: Browser;
let proxy: FrontProxy;
let context: BrowserContext;
let writer: RandomWriter;
const tabs: { truth: Truth; page: Page; loads: number }[] = [];

beforeAll(async () => {
  board = await startSwitchboard();
  proxy = await startFrontProxy(board.url);
  browser = await launchChromium();
  context = await signedIn(browser, proxy.url, board.adminToken);
  writer = new RandomWriter(board, await board.tokenFor('orchestrator'), seeded(SEED));
  // The first few, so that there are threads to be opened.
  await writer.write(20);
  for (const truth of [...TRUTHS, ...writer.threads.slice(0, 2).map(thread)]) {
    const page = await context.newPage();
    await page.setViewportSize(TALL);
    await page.goto(truth.path);
    await isLive(page);
    const tab = { truth, page, loads: 0 };
    page.on('load', () => (tab.loads += 1));
    tabs.push(tab);
  }
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  expect(await board?.stop()).toBe(0);
});

/** Both are read anew until they agree; what differs at the end is the failure. */
async function isTrue({ truth, page }: { truth: Truth; page: Page }, deadline: number): Promise<number> {
  for (;;) {
    const [wanted, shown] = await Promise.all([truth.wanted(board), truth.shown(page)]);
    if (isDeepStrictEqual(shown, wanted)) return wanted.length;
    if (Date.now() > deadline) {
      const missing = wanted.filter(line => !shown.includes(line)).slice(0, SHOWN_LINES);
      const wrong = shown.filter(line => !wanted.includes(line)).slice(0, SHOWN_LINES);
      const lines = [`${truth.path}, seed ${SEED}: ${shown.length} lines for ${wanted.length}`];
      throw new Error(
        [...lines, ...missing.map(line => `  - ${line}`), ...wrong.map(line => `  + ${line}`)].join('\n'),
      );
    }
    await page.waitForTimeout(250);
  }
}

async function allAreTrue(): Promise<void> {
  const startedAtMs = Date.now();
  const results = await Promise.allSettled(tabs.map(tab => isTrue(tab, startedAtMs + TRUE_WITHIN_MS)));
  const untrue = results.flatMap(result => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (untrue.length > 0) throw new AggregateError(untrue, untrue.map(({ message }) => message).join('\n'));
  const lines = results.map((result, at) => ({
    path: tabs[at]!.truth.path,
    count: result.status === 'fulfilled' ? result.value : 0,
  }));
  // An empty page agrees with an empty answer, and proves nothing.
  expect(lines.filter(({ count }) => count < 2)).toEqual([]);
  console.log(
    `${tabs.length} pages agree with the API ${Date.now() - startedAtMs} ms after the last write: ` +
      lines.map(({ path, count }) => `${path} ${count}`).join(', '),
  );
}

const loads = () => tabs.map(tab => tab.loads);

describe('every page equals the API', () => {
  it('after 200 random writes, live, over one stream', async () => {
    await writer.write(180);
    await allAreTrue();
    expect(loads()).toEqual(tabs.map(() => 0));
    expect(await readers(board)).toBe(1);
  }, 180_000);

  it('after a reload', async () => {
    for (const { page } of tabs) {
      await page.reload();
      await isLive(page);
    }
    for (const tab of tabs) tab.loads = 0;
    await allAreTrue();
  }, 180_000);

  it('after 30 s offline, with writes meanwhile', async () => {
    await context.setOffline(true);
    proxy.cut();
    const backAtMs = Date.now() + OFFLINE_MS;
    await writer.write(25);
    await tabs[0]!.page.locator('[data-testid="live-badge"][data-state="offline"]').waitFor({ timeout: OFFLINE_MS });
    await tabs[0]!.page.waitForTimeout(Math.max(0, backAtMs - Date.now()));
    proxy.mend();
    await context.setOffline(false);
    for (const { page } of tabs) await isLive(page, 40_000);
    await allAreTrue();
    expect(loads()).toEqual(tabs.map(() => 0));
    expect(await readers(board)).toBe(1);
  }, 240_000);

  it('after a kill -9 of the server and its start, with writes on either side', async () => {
    await writer.write(10);
    await board.kill();
    await board.restart();
    await writer.write(10);
    for (const { page } of tabs) await isLive(page, 40_000);
    await allAreTrue();
    expect(loads()).toEqual(tabs.map(() => 0));
  }, 240_000);

  it('after a spell in the background, frozen, with writes meanwhile', async () => {
    const sessions = await Promise.all(tabs.map(({ page }) => context.newCDPSession(page)));
    for (const cdp of sessions) await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    await writer.write(25);
    for (const cdp of sessions) await cdp.send('Page.setWebLifecycleState', { state: 'active' });
    await allAreTrue();
    expect(loads()).toEqual(tabs.map(() => 0));
  }, 240_000);
});
