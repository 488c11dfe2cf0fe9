import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesToShow, type Shot } from '@/scripts/screenshots/pages';
import { barriersOf } from './page-barriers';
import { startRunPages, type RunPages } from './run-pages';

/** Every page that the pictures show, over the demo's data and a run: axe finds nothing, of whatever weight. */

const run = promisify(execFile);
const DEMO_WITHIN_MS = 120_000;
const SWEEP_WITHIN_MS = 300_000;
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** A page that is not there is asked for, and the browser says so. */
const NOWHERE = '/nowhere';
const RUN_VIEWS = ['waterfall', 'graph', 'table', 'attempts', 'reports', 'questions', 'trace'];

let pages: RunPages;
let shots: Shot[];

beforeAll(async () => {
  pages = await startRunPages();
  const env = { ...process.env, SWITCHBOARD_URL: '', SWITCHBOARD_TOKEN: '', SWITCHBOARD_DATA: pages.board.dataDir };
  await run(process.execPath, ['dist/demo.mjs', '--fast'], { env, timeout: DEMO_WITHIN_MS });
  const opened = await pages.openRun('# Find out\n\n### What tea is\n\n| a | b |\n|---|---|\n| 1 | 2 |');
  const page = await pages.open('/');
  shots = [
    ...(await pagesToShow(page.context().request)),
    ...RUN_VIEWS.map(view => ({ name: `run-${view}`, path: `/runs/${opened.id}?view=${view}`, isLive: true })),
    { name: 'nowhere', path: NOWHERE, isLive: false },
  ];
  await page.close();
}, DEMO_WITHIN_MS);
afterAll(() => pages?.stop());

describe('every page', () => {
  it.each([
    ['light', 'desk', DESK],
    ['dark', 'desk', DESK],
    ['light', 'phone', PHONE],
    ['dark', 'phone', PHONE],
  ] as const)(
    'has no barrier and no error (%s, %s)',
    async (colorScheme, _, machine) => {
      expect(shots.length).toBeGreaterThan(25);
      const page = await pages.open('/', { ...machine, colorScheme, reducedMotion: 'reduce' });
      const barriers: string[] = [];
      for (const shot of shots) barriers.push(...(await barriersOf(page, shot)));
      const errors = pages.errors.filter(error => !error.includes(NOWHERE));
      expect({ barriers, errors }).toEqual({ barriers: [], errors: [] });
      await page.context().close();
    },
    SWEEP_WITHIN_MS,
  );
});
