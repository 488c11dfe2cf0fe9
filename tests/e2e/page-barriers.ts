import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import type { Shot } from '@/scripts/screenshots/pages';

/** Every page that needs no record of its own. */
export const PAGES = [
  '/',
  '/inbox',
  '/threads',
  '/runs',
  '/tasks',
  '/dispatches',
  '/agents',
  '/agents/research',
  '/projects',
  '/activity',
  '/sessions',
  '/costs',
  '/health',
  '/connect',
  '/settings',
];

/** By how many pixels it is wider than the screen. Not against `innerWidth`: a phone's grows with what does not fit. */
export const widerBy = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What axe finds on a page that has come to rest, of whatever weight, and by how much it is too wide. */
export async function barriersOf(page: Page, { path, isLive }: Pick<Shot, 'path' | 'isLive'>): Promise<string[]> {
  await page.goto(path);
  if (isLive) await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  // In the page itself: no page of ours has frames, and to sum up each look in a blank page took as long as the look.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const wider = await widerBy(page);
  return [
    ...violations.map(
      ({ id, impact, nodes }) => `${path}: ${impact} ${id} at ${nodes.map(node => node.target.join(' ')).join(', ')}`,
    ),
    ...(wider > 0 ? [`${path}: ${wider} px wider than the screen`] : []),
  ];
}
