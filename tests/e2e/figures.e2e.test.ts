import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Costs } from '@/lib/domain/costs/schema';
import { SystemHealth } from '@/lib/domain/health/schema';
import { HOPS, Stats } from '@/lib/domain/stats/schema';
import { launchChromium } from '../support/chromium';
import { startSwitchboard, type Switchboard } from '../support/switchboard';
import { isLive, signedIn } from './live-windows';

/** Where a measured number stands, it was measured: else a dash. */

let board: Switchboard;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
  context = await signedIn(browser, board.url, board.adminToken);
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

const HAS_DIGIT = /\d/;
const readNoMore = (page: Page) => page.waitForFunction(() => document.querySelector('.skeleton') === null);
const texts = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll(all => all.map(found => found.textContent.trim()));

const HOPS_CELLS = '#hops tbody td';
/** The last one's note holds a count. */
const STAT_CARDS = 'section[aria-label="Numbers"] output, section[aria-label="Numbers"] div:last-child > dd';

/** A page, the answers its figures come from, and where on it these stand. */
const MEASURED = [
  {
    path: '/',
    answers: ['/api/stats'],
    figures: `${STAT_CARDS}, ${HOPS_CELLS}, section:has(h2:text-is("Tool calls")) td`,
  },
  {
    path: '/agents',
    answers: ['/api/stats', '/api/agent-types'],
    figures: 'main tbody td:nth-child(3), main tbody td:nth-child(4)',
  },
  {
    path: '/costs',
    answers: ['/api/costs'],
    figures: 'main tbody td:not(:first-child), main tfoot td:not(:first-child)',
  },
  {
    path: '/health',
    answers: ['/api/system-health'],
    figures:
      'main dd, section:has(h2:text-is("Storage")) td:nth-child(2), section:has(h2:text-is("Storage")) td:nth-child(3)',
  },
];

describe('an empty plane', () => {
  it('shows a dash where nothing was measured, and no zero', async () => {
    const page = await context.newPage();
    await page.goto('/');
    await isLive(page);
    await readNoMore(page);
    const hops = await texts(page, HOPS_CELLS);
    expect(hops).toHaveLength(HOPS.length * 4);
    // Of the first hop there may be some: starting writes records of its own.
    expect(new Set(hops.slice(4))).toEqual(new Set(['–']));
    expect(await page.locator('h2:text-is("Tool calls")').count()).toBe(0);
    for (const path of ['/costs', '/sessions']) {
      await page.goto(path);
      await isLive(page);
      await readNoMore(page);
      expect((await texts(page, 'main td, main output, main dd')).filter(text => HAS_DIGIT.test(text))).toEqual([]);
    }
    await page.close();
  });
});

describe('a figure whose answer has not come', () => {
  it.each(MEASURED)('is a dash or not there: $path', async ({ path, answers, figures }) => {
    const page = await context.newPage();
    const asked = new Set<string>();
    for (const answer of answers) {
      await page.route(
        url => url.pathname === answer,
        () => void asked.add(answer),
      );
    }
    await page.goto(path);
    await isLive(page);
    await expect.poll(() => asked.size).toBe(answers.length);
    expect((await texts(page, figures)).filter(text => HAS_DIGIT.test(text))).toEqual([]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
  });

  it('is a dash beside what is known already', async () => {
    const page = await context.newPage();
    await page.route(
      url => url.pathname === '/api/stats',
      () => undefined,
    );
    await page.goto('/agents');
    await page.locator('main tbody tr').first().waitFor();
    const loads = await texts(page, 'main tbody td:nth-child(3)');
    const waiting = await texts(page, 'main tbody td:nth-child(4)');
    const states = await texts(page, 'main tbody td:nth-child(2)');
    expect(loads.length).toBeGreaterThan(10);
    expect(loads.filter(text => !/^–\/\d+$/.test(text))).toEqual([]);
    expect(new Set(waiting)).toEqual(new Set(['–']));
    expect(new Set(states)).toEqual(new Set(['–']));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
  });
});

describe('every figure', () => {
  it.each(MEASURED)('changes when its answer does: $path', async ({ path, answers, figures }) => {
    const seen: string[][] = [];
    // Far enough apart that no unit writes them the same.
    for (const from of [1_234, 56_789]) {
      const page = await context.newPage();
      for (const answer of answers) {
        await page.route(
          url => url.pathname === answer,
          async route => {
            const real = await (await route.fetch()).json();
            await route.fulfill({ json: FILLED[answer]!(real, counting(from)) });
          },
        );
      }
      await page.goto(path);
      await isLive(page);
      await readNoMore(page);
      await page.locator(figures).first().waitFor();
      seen.push(await texts(page, figures));
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.close();
    }
    const [one, other] = seen as [string[], string[]];
    expect(one.length).toBeGreaterThan(6);
    expect(other).toHaveLength(one.length);
    const figuresOnly = one.filter(text => HAS_DIGIT.test(text));
    expect(figuresOnly.length).toBeGreaterThan(6);
    expect(one.filter((text, at) => HAS_DIGIT.test(text) && text === other[at])).toEqual([]);
  });
});

type Next = () => number;
const counting = (from: number): Next => {
  let next = from;
  return () => (next += 1);
};

/** Every number of the answer, replaced by one that stands nowhere else. */
function renumbered(value: unknown, next: Next): unknown {
  if (typeof value === 'number') return next();
  if (Array.isArray(value)) return value.map(item => renumbered(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renumbered(item, next)]));
}

const sums = { dispatches: 0, withoutCost: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
const percentiles = { p50: 0, p95: 0, p99: 0 };

/** As if everything had been measured; the shape is the API's own. */
const FILLED: Record<string, (real: unknown, next: Next) => unknown> = {
  '/api/stats': (real, next) =>
    Stats.parse(
      renumbered(
        {
          ...Stats.parse(real),
          latencyMs: Object.fromEntries(HOPS.map(hop => [hop, { ...percentiles, count: 0 }])),
          tools: [{ tool: 'claim', calls: 0, errors: 0, ...percentiles }],
        },
        next,
      ),
    ),
  '/api/agent-types': renumbered,
  '/api/costs': (real, next) =>
    Costs.parse(
      renumbered(
        { ...Costs.parse(real), items: ['one', 'other'].map(key => ({ key, label: key, ...sums })), totals: sums },
        next,
      ),
    ),
  '/api/system-health': (real, next) =>
    SystemHealth.parse(renumbered({ ...SystemHealth.parse(real), oldestDueSeconds: 0, oplogWindowHours: 0 }, next)),
};
