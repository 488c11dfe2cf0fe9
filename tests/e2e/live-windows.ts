import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { until, type Switchboard } from '../support/switchboard';

export const PHONE = { width: 390, height: 844 };

/** A browser of its own on the plane, signed in with that token. */
export async function signedIn(browser: Browser, url: string, token: string): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url });
  await signInAgain(context, url, token);
  return context;
}

export async function signInAgain(context: BrowserContext, url: string, token: string): Promise<void> {
  const answer = await context.request.post(`${url}/api/auth/session`, { data: { token }, headers: { origin: url } });
  expect(answer.status()).toBe(204);
}

export const badge = (page: Page) => page.locator('[data-testid="live-badge"]');
export const isLive = (page: Page, timeout = 30_000) =>
  page.locator('[data-testid="live-badge"][data-state="live"]').waitFor({ timeout });
export const isNotLive = (page: Page) => page.locator('[data-testid="live-badge"]:not([data-state="live"])').waitFor();

/** A tab that is live, and every load of it after that. */
export async function openTab(context: BrowserContext, path: string): Promise<{ page: Page; loads: string[] }> {
  const page = await context.newPage();
  await page.goto(path);
  await isLive(page);
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  return { page, loads };
}

/** A window beside the others: of several tabs in one window, all but one are hidden and drawn once a second. */
export async function openWindow(browser: Browser, beside: Page, path: string): Promise<Page> {
  const context = beside.context();
  const ofPage = await context.newCDPSession(beside);
  const { targetInfo } = await ofPage.send('Target.getTargetInfo');
  const opened = context.waitForEvent('page');
  const cdp = await browser.newBrowserCDPSession();
  const { browserContextId } = targetInfo;
  await cdp.send('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    ...(browserContextId === undefined ? {} : { browserContextId }),
  });
  const page = await opened;
  await page.goto(new URL(path, beside.url()).href);
  await isLive(page);
  return page;
}

/** Streams the server holds open now, by its own account. */
export async function readers(board: Switchboard): Promise<number> {
  const answer = await fetch(`${board.url}/api/metrics`, { headers: { authorization: `Bearer ${board.adminToken}` } });
  const line = /^\S*sse_connections(?:\{[^}]*\})? (\d+)$/m.exec(await answer.text());
  if (line === null) throw new Error(`no figure of readers in the metrics (${answer.status})`);
  return Number(line[1]);
}

export const untilReaders = (board: Switchboard, count: number) =>
  until(async () => (await readers(board)) === count, 15_000);

/** The time, by the one clock of the machine, at which that text is first drawn in a message of the page. */
export const drawnAt = (page: Page, text: string): Promise<number> =>
  page.evaluate(
    wanted =>
      new Promise<number>(resolve => {
        const look = () => {
          const found = [...document.querySelectorAll('article')].some(row => row.textContent?.includes(wanted));
          if (!found) return false;
          // The frame that shows it, and not the moment it was put in.
          requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
          return true;
        };
        if (look()) return;
        const watcher = new MutationObserver(() => look() && watcher.disconnect());
        watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
      }),
    text,
  );
