import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_GAP_MS } from '@/app/_live/use-live-query';
import { launchChromium } from '../support/chromium';
import { startFrontProxy, type FrontProxy } from '../support/front-proxy';
import { startSwitchboard, type Switchboard, until } from '../support/switchboard';
import {
  badge,
  drawnAt,
  isLive,
  isNotLive,
  openTab,
  openWindow,
  PHONE,
  readers,
  signedIn,
  signInAgain,
  untilReaders,
} from './live-windows';

/** One stream a browser: what its tabs hear, and what they do when it breaks. */

let board: Switchboard;
let browser: Browser;
let proxy: FrontProxy;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  board = await startSwitchboard();
  proxy = await startFrontProxy(board.url);
  browser = await launchChromium();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  await untilReaders(board, 0);
});
afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  expect(await board?.stop()).toBe(0);
});

async function newBrowser(url = board.url, token = board.adminToken): Promise<BrowserContext> {
  const context = await signedIn(browser, url, token);
  contexts.push(context);
  return context;
}

const post = async (path: string, body: unknown, token?: string) => {
  const answer = await board.api('POST', path, body, token);
  expect(answer.status).toBe(201);
  return answer.body;
};
const newThread = async (): Promise<string> =>
  (await post('/api/messages', { body: 'the first word', assignedTo: null })).threadId;
const say = (thread: string, body: string) => post(`/api/threads/${thread}/messages`, { body, assignedTo: null });
const shows = (page: Page, text: string, timeout = 10_000) =>
  page.getByRole('article').filter({ hasText: text }).waitFor({ timeout });

const quantile = (values: number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)]!;

describe('two tabs and a phone-width window', () => {
  it('share one stream, and a change in one is drawn in the others within 250 ms', async () => {
    const thread = await newThread();
    const context = await newBrowser();
    const { page: writer } = await openTab(context, `/threads/${thread}`);
    const other = await openWindow(browser, writer, `/threads/${thread}`);
    const phone = await openWindow(browser, writer, `/threads/${thread}`);
    await phone.setViewportSize(PHONE);
    expect(await readers(board)).toBe(1);
    // What a page reads as it opens is not what a change costs.
    await writer.waitForTimeout(2_000);
    const tookMs: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const body = `change number ${round}.`;
      const drawn = Promise.all([drawnAt(other, body), drawnAt(phone, body)]);
      await writer.getByLabel('Message', { exact: true }).fill(body);
      const saved = writer.waitForResponse(answer => answer.request().method() === 'POST' && answer.status() === 201);
      await writer.getByRole('button', { name: 'Send' }).click();
      const request = (await saved).request();
      await request.response();
      const sentAt = request.timing().startTime;
      tookMs.push(...(await drawn).map(at => Math.round(at - sentAt)));
      // A second change within this time is read together with a third: that is not what is measured here.
      await writer.waitForTimeout(DEFAULT_GAP_MS * 3);
    }
    console.log(
      `from sending to drawn elsewhere: a tenth within ${quantile(tookMs, 0.1)} ms, half within ${quantile(tookMs, 0.5)} ms, most ${Math.max(...tookMs)} ms (${tookMs.join(' ')})`,
    );
    // Where other work has the machine it holds up one or two of them; more would be the product's.
    expect(quantile(tookMs, 0.9)).toBeLessThan(250);
    expect(await readers(board)).toBe(1);
  });

  it('share it over all pages, show the same state, and lose it with the last tab', async () => {
    const context = await newBrowser();
    const tabs = [];
    for (const path of ['/', '/inbox', '/threads', '/health']) tabs.push((await openTab(context, path)).page);
    expect(await readers(board)).toBe(1);
    await tabs[0]!.close();
    await tabs[1]!.close();
    const thread = await newThread();
    await tabs[2]!.goto(`/threads/${thread}`);
    await isLive(tabs[2]!);
    await say(thread, 'still heard');
    await shows(tabs[2]!, 'still heard');
    expect(await readers(board)).toBe(1);
    await tabs[2]!.close();
    await tabs[3]!.close();
    await untilReaders(board, 0);
  });

  it('go on when a tab dies without a word', async () => {
    const thread = await newThread();
    const context = await newBrowser();
    const { page: dying } = await openTab(context, `/threads/${thread}`);
    const { page: other } = await openTab(context, `/threads/${thread}`);
    const gone = dying.waitForEvent('crash');
    const cdp = await context.newCDPSession(dying);
    void cdp.send('Page.crash').catch(() => undefined);
    await gone;
    await say(thread, 'after the death');
    const diedAtMs = Date.now();
    await shows(other, 'after the death', 30_000);
    console.log(`from a tab's death to what it did not hold up in another: ${Date.now() - diedAtMs} ms`);
    // The worker may have lived in the process that died.
    await untilReaders(board, 1);
    await say(thread, 'long after');
    await shows(other, 'long after');
  });
});

/** Each is run in every page before anything else. */
const WITHOUT = {
  'no SharedWorker in this browser': 'delete globalThis.SharedWorker',
  'a SharedWorker that is refused': 'SharedWorker = function SharedWorker() { throw new DOMException("no") }',
  'a script that is not there':
    'const Real = SharedWorker; SharedWorker = function SharedWorker() { return new Real("/not-there.js") }',
};

describe('a worker that cannot be had', () => {
  it.each(Object.entries(WITHOUT))('leaves each tab a stream of its own: %s', async (_, without) => {
    const thread = await newThread();
    const context = await newBrowser();
    await context.addInitScript({ content: without });
    const { page: one } = await openTab(context, `/threads/${thread}`);
    const { page: other } = await openTab(context, `/threads/${thread}`);
    expect(await readers(board)).toBe(2);
    await say(thread, 'heard by both');
    await Promise.all([shows(one, 'heard by both'), shows(other, 'heard by both')]);
  });

  it('is begun anew when it is killed, and nothing is missed', async () => {
    const thread = await newThread();
    const context = await newBrowser();
    const tabs = [await openTab(context, `/threads/${thread}`), await openTab(context, `/threads/${thread}`)];
    const cdp = await browser.newBrowserCDPSession();
    const { targetInfos } = await cdp.send('Target.getTargets');
    const workers = targetInfos.filter(({ type }) => type === 'shared_worker');
    expect(workers).toHaveLength(1);
    await cdp.send('Target.closeTarget', { targetId: workers[0]!.targetId });
    const killedAtMs = Date.now();
    await say(thread, 'while nobody listened');
    for (const { page, loads } of tabs) {
      await shows(page, 'while nobody listened', 30_000);
      await isLive(page);
      expect(loads).toEqual([]);
    }
    console.log(`from the worker's death to what was missed: ${Date.now() - killedAtMs} ms`);
    expect(await readers(board)).toBe(1);
    await say(thread, 'after that');
    for (const { page } of tabs) await shows(page, 'after that');
  });
});

describe('a stream that is refused', () => {
  it.each([429, 503])('with %i is asked for again when it was told, not sooner, by no tab', async status => {
    const thread = await newThread();
    const context = await newBrowser(proxy.url);
    const tabs = [];
    for (let tab = 0; tab < 3; tab += 1) tabs.push(await openTab(context, `/threads/${thread}`));
    const retryAfterSeconds = 3;
    proxy.streamRequests.length = 0;
    proxy.refuseStreams(status, retryAfterSeconds);
    for (const { page } of tabs) await isNotLive(page);
    await until(() => proxy.streamRequests.length > 0, 10_000);
    // People click, and the network comes and goes: neither may go before the time.
    for (const { page } of tabs) {
      await badge(page).click();
      await page.evaluate(() => window.dispatchEvent(new Event('online')));
    }
    await until(() => proxy.streamRequests.length >= 3, 30_000);
    const states = await Promise.all(tabs.map(({ page }) => badge(page).getAttribute('data-state')));
    expect(new Set(states).size).toBe(1);
    proxy.admit();
    await say(thread, `after ${status}`);
    for (const { page, loads } of tabs) {
      await shows(page, `after ${status}`, 40_000);
      await isLive(page);
      expect(loads).toEqual([]);
    }
    // The first try follows the loss; each one after it follows a refusal.
    const gapsMs = proxy.streamRequests.slice(1).map((at, index) => at - proxy.streamRequests[index]!);
    console.log(`tries after ${status}, Retry-After 3 s: ${gapsMs.join(' ')} ms apart`);
    for (const gapMs of gapsMs) expect(gapMs).toBeGreaterThanOrEqual(retryAfterSeconds * 1_000 - 50);
    expect(await readers(board)).toBe(1);
  });

  it('because the session ended sends every tab to the sign-in page, and each comes back live after it', async () => {
    const { id, token } = (await board.api('POST', '/api/tokens', { role: 'operator', label: 'leaving' })).body;
    const thread = await newThread();
    const context = await newBrowser(board.url, token);
    const { page: one } = await openTab(context, `/threads/${thread}`);
    const { page: other } = await openTab(context, '/inbox');
    expect((await board.api('DELETE', `/api/tokens/${id}`)).status).toBeLessThan(300);
    await Promise.all([one, other].map(page => page.waitForURL('**/login?next=*', { timeout: 30_000 })));
    await untilReaders(board, 0);
    for (const page of [one, other]) {
      await page.getByLabel('Token or code').fill(await board.tokenFor('operator'));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await isLive(page);
    }
    expect(new URL(one.url()).pathname).toBe(`/threads/${thread}`);
    await say(thread, 'welcome back');
    await shows(one, 'welcome back');
    expect(await readers(board)).toBe(1);
  });

  it('by signing out in one tab takes the others along at once', async () => {
    const context = await newBrowser(board.url, await board.tokenFor('operator'));
    const { page: one } = await openTab(context, '/threads');
    const { page: other } = await openTab(context, '/inbox');
    await one.getByRole('button', { name: /^Signed in as/ }).click();
    await one.getByRole('menuitem', { name: 'Sign out' }).click();
    await Promise.all([one.waitForURL('**/login'), other.waitForURL('**/login?next=*', { timeout: 5_000 })]);
    await untilReaders(board, 0);
  });
});

describe('another person in the same browser', () => {
  it('hears nothing of the former, whose tabs become theirs', async () => {
    expect((await board.api('POST', '/api/tenants', { tenantId: 'other-house', name: 'Other' })).status).toBe(201);
    const ours = await board.tokenFor('operator');
    const theirs = await board.tokenFor('operator', { tenantId: 'other-house' });
    const context = await newBrowser(board.url, ours);
    await context.addInitScript(recordEvents);
    const { page: former } = await openTab(context, '/');
    await post('/api/messages', { body: 'ours', assignedTo: null }, ours);
    await former.waitForFunction(() => tenantsHeard().includes('default'));
    // Whatever it hears first of the other person makes it load again: their tab, or an answer under their name.
    const reloaded = former.waitForEvent('load');
    await signInAgain(context, board.url, theirs);
    const writing = setInterval(() => void board.api('POST', '/api/messages', { body: 'more', assignedTo: null }), 50);
    try {
      const { page: next } = await openTab(context, '/');
      await reloaded;
      await isLive(former);
      await post('/api/messages', { body: 'theirs', assignedTo: null }, theirs);
      for (const page of [next, former]) {
        await page.waitForFunction(() => tenantsHeard().includes('other-house'));
        expect(await page.evaluate(() => tenantsHeard().filter(tenant => tenant !== 'other-house'))).toEqual([]);
      }
    } finally {
      clearInterval(writing);
    }
    expect(await readers(board)).toBe(1);
  });
});

describe('the server', () => {
  it('killed and started again: every tab says so, and catches up without a reload', async () => {
    const thread = await newThread();
    const context = await newBrowser();
    const tabs = [await openTab(context, `/threads/${thread}`), await openTab(context, `/threads/${thread}`)];
    await board.kill();
    for (const { page } of tabs) {
      await isNotLive(page);
      expect(await badge(page).innerText()).toMatch(/RECONNECTING|OFFLINE/);
    }
    await board.restart();
    await say(thread, 'after the fall');
    for (const { page, loads } of tabs) {
      await shows(page, 'after the fall', 40_000);
      await isLive(page);
      expect(loads).toEqual([]);
    }
    expect(await readers(board)).toBe(1);
  });

  it('out of reach: OFFLINE in every tab, with the age; live again, nothing missed, when the line is mended', async () => {
    const thread = await newThread();
    const context = await newBrowser(proxy.url);
    const tabs = [await openTab(context, `/threads/${thread}`), await openTab(context, `/threads/${thread}`)];
    proxy.cut();
    for (const { page } of tabs) {
      await page.locator('[data-testid="live-badge"][data-state="offline"]').waitFor({ timeout: 30_000 });
      expect(await badge(page).innerText()).toMatch(/OFFLINE\s+\d+ s ago/);
    }
    await say(thread, 'said meanwhile');
    proxy.mend();
    for (const { page, loads } of tabs) {
      await shows(page, 'said meanwhile', 40_000);
      await isLive(page);
      expect(loads).toEqual([]);
    }
  });
});

declare function tenantsHeard(): string[];

/** What comes to this tab from the worker, seen before the page sees it. */
function recordEvents(): void {
  const tenants: string[] = [];
  Object.assign(globalThis, { tenantsHeard: () => tenants });
  const Real = SharedWorker;
  Object.assign(globalThis, {
    SharedWorker: function SharedWorker(url: string, options: string) {
      const worker = new Real(url, options);
      worker.port.addEventListener('message', ({ data }) => {
        for (const event of data.events ?? []) tenants.push(event.data.tenantId);
      });
      return worker;
    },
  });
}
