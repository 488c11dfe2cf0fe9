import type { Page } from 'playwright-core';
import type { Shot } from './pages';

export interface Look {
  name: string;
  theme: 'light' | 'dark';
  viewport: { width: number; height: number };
  isPhone: boolean;
  scale: number;
}

const DESK = { viewport: { width: 1440, height: 900 }, isPhone: false, scale: 1 };
const PHONE = { viewport: { width: 390, height: 844 }, isPhone: true, scale: 2 };
export const LOOKS: readonly Look[] = [
  { name: 'light-wide', theme: 'light', ...DESK },
  { name: 'dark-wide', theme: 'dark', ...DESK },
  { name: 'light-phone', theme: 'light', ...PHONE },
  { name: 'dark-phone', theme: 'dark', ...PHONE },
];

/** A page that loads for longer than this is shown as it is then. */
const SETTLE_LIMIT_MS = 10_000;

/** Settled: live where there is a badge, and no skeleton left. */
export async function takePage(page: Page, shot: Shot, file: string): Promise<void> {
  await page.goto(shot.path);
  await page.getByRole('heading').first().waitFor();
  if (shot.isLive) {
    await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor({ timeout: SETTLE_LIMIT_MS });
  }
  await page
    .waitForFunction(() => document.querySelector('.skeleton, [aria-busy=true]') === null, undefined, {
      timeout: SETTLE_LIMIT_MS,
    })
    .catch(() => undefined);
  await page.evaluate(() => document.fonts.ready);
  // Two frames: what the last answer changed is painted, not only in the document.
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
}
