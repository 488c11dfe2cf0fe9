import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../support/chromium';
import { startSwitchboard, type Switchboard } from '../../support/switchboard';
import { keys, mouse, type Hand } from './hands';

/** What a job is done with: a signed-in page and one hand; its effect is asked of the API. */
export interface Work {
  page: Page;
  hand: Hand;
  board: Switchboard;
  /** A request that has to succeed; answers its body. */
  api(method: string, path: string, body?: unknown): Promise<any>; // oxlint-disable-line typescript/no-explicit-any -- tests look into answers freely
  /** The page read afresh, for what no event tells of. */
  reload(): Promise<void>;
  /** Differs between the hands, so that neither finds what the other made. */
  named(text: string): string;
}

/** The lightest page: from here each job goes to where it is done, as from any other. */
const START = '/settings';

/** Far longer than any step takes, and short enough to say soon which one hangs. */
const PATIENCE_MS = 10_000;

/**
 * One server and one browser for the file. `job` declares a job of `docs/jobs.md` twice, by mouse and by keyboard
 * alone: the numbers and titles are compared with that page by `tests/unit/docs/jobs.test.ts`.
 */
export function startJobs() {
  let board: Switchboard;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    board = await startSwitchboard();
    browser = await launchChromium();
    context = await browser.newContext({
      baseURL: board.url,
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    const answer = await context.request.post('/api/auth/session', {
      data: { token: board.adminToken },
      headers: { origin: board.url },
    });
    expect(answer.status()).toBe(204);
    await context.addInitScript(countPointers);
  });
  afterAll(async () => {
    await browser?.close();
    expect(await board?.stop()).toBe(0);
  });
  const api: Work['api'] = async (method, path, body) => {
    const answer = await board.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const job = (number: number, title: string, work: (with_: Work) => Promise<void>): void => {
    describe(`job ${number}: ${title}`, () => {
      it.each([
        ['by mouse', mouse],
        ['by keyboard alone', keys],
      ] as const)('%s', async (_, handOf) => {
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        const errors: string[] = [];
        page.on('console', message => message.type() === 'error' && errors.push(message.text()));
        page.on('pageerror', error => errors.push(error.message));
        const hand = handOf(page);
        const isLive = () => page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
        const reload = () => page.reload().then(isLive);
        try {
          await page.goto(START);
          await isLive();
          await work({ page, hand, board, api, reload, named: text => `${text} by ${hand.name}` });
          expect(errors).toEqual([]);
          if (hand.name === 'keys') expect(await page.evaluate(pointersSeen)).toBe(0);
        } finally {
          await page.close();
        }
      });
    });
  };
  return { job, board: () => board };
}

/** A keyboard test that touched the mouse proves nothing: what the browser saw of it is counted. */
function countPointers(): void {
  const seen = { pointers: 0 };
  Object.assign(window, { seen });
  for (const type of ['pointerdown', 'mousedown', 'mousemove', 'touchstart', 'wheel']) {
    window.addEventListener(type, event => event.isTrusted && (seen.pointers += 1), { capture: true });
  }
}

const pointersSeen = (): number => (window as unknown as { seen: { pointers: number } }).seen.pointers;
