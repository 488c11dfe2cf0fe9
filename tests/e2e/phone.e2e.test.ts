import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '@/lib/domain/run/schema';
import { PAGES, widerBy } from './page-barriers';
import { startRunPages, type RunPages } from './run-pages';

/** On the narrowest of phones in use what one needs is in sight, whole, and hides nothing else. */

const WIDTH = 360;
const PHONE = { viewport: { width: WIDTH, height: 740 }, isMobile: true, hasTouch: true };
const VIEWS = ['waterfall', 'graph', 'table', 'attempts', 'reports', 'questions', 'trace'];

let pages: RunPages;
let page: Page;
let run: Run;
beforeAll(async () => {
  pages = await startRunPages();
  await pages.board.tokenFor('orchestrator', { label: 'the laptop that stands in the corner of the hall' });
  await pages.board.api('POST', '/api/messages', { body: 'when you have time', assignedTo: 'human', priority: 'low' });
  run = await pages.openRun('A page on tea');
  const planner = await pages.claim(run.planTaskId);
  const tasks = [{ key: 'facts', title: 'What tea is', assignedTo: 'research' }];
  await pages.call(planner, 'plan_tasks', { tasks });
  const worker = await pages.claim((await pages.tasksOf(run)).get('facts')!.id);
  await pages.call(worker, 'report_progress', { percent: 50, state: 'half of what there is to know about tea' });
  page = await pages.open('/', PHONE);
});
afterAll(async () => {
  await pages?.stop();
});

afterEach(async () => {
  await page?.unrouteAll({ behavior: 'ignoreErrors' });
});

async function show(path: string): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
}

/** What is answered is changed on its way to the page. */
async function answering(path: string, more: object): Promise<void> {
  await page.route(
    url => url.pathname === path,
    async route => {
      const real = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...real, ...more } });
    },
  );
}

const boxOf = async (part: Locator) => (await part.boundingBox())!;

async function expectInSight(part: Locator): Promise<void> {
  await part.waitFor();
  const { x, width } = await boxOf(part);
  expect({ from: x, to: x + width, isInSight: x >= 0 && x + width <= WIDTH }).toMatchObject({ isInSight: true });
}

/** The texts of those that have less room than they need. */
const cutIn = (parts: Locator): Promise<string[]> =>
  parts.evaluateAll(all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent));

/** The side at which the first letter stands: of an even level of direction the left one. */
const startOf = (part: Locator): Promise<'left' | 'right'> =>
  part.evaluate(element => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const text = walker.nextNode()!;
    const boxOfLetter = (at: number) => {
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect();
    };
    const { left, right } = element.getBoundingClientRect();
    const first = boxOfLetter(0);
    return Math.abs(first.left - left) < Math.abs(first.right - right) ? 'left' : 'right';
  });

describe('on a phone of 360 px', () => {
  it('no page is wider than the screen', { timeout: 120_000 }, async () => {
    const wider: string[] = [];
    for (const path of [...PAGES, ...VIEWS.map(view => `/runs/${run.id}?view=${view}`)]) {
      await show(path);
      const by = await widerBy(page);
      if (by > 0) wider.push(`${path}: by ${by} px`);
    }
    expect(wider).toEqual([]);
  });

  it('what something cost is in sight', async () => {
    const sums = {
      dispatches: 1_234,
      withoutCost: 234,
      inputTokens: 12_345_678,
      outputTokens: 2_345_678,
      costUsd: 123.4567,
    };
    const items = [{ key: 'long', label: 'a-name-that-is-longer-than-most-of-them', ...sums }];
    await answering('/api/costs', { items, totals: sums });
    await show('/costs');
    await expectInSight(page.getByRole('cell', { name: '$123.4567' }).first());
  });

  it('the days of the costs stand side by side', async () => {
    await show('/costs');
    const days = ['From', 'To'].map(name => page.getByLabel(name, { exact: true }));
    for (const day of days) await expectInSight(day);
    const [from, to] = await Promise.all(days.map(boxOf));
    expect(from!.y).toBe(to!.y);
  });

  it.each([
    ['whether it is active', (row: Locator) => row.getByText('active')],
    ['its Revoke', (row: Locator) => row.getByRole('button', { name: 'Revoke' })],
  ])('of a token with a long label, %s is in sight', async (_what, part) => {
    await show('/connect');
    await expectInSight(part(page.getByRole('row', { name: 'laptop' })));
  });

  it('a consumer has room for its name', async () => {
    const consumers = [{ name: 'headless-of-the-office', lagSeconds: 3_725, tokenAgeSeconds: 3_725 }];
    await answering('/api/system-health', { consumers });
    await show('/health');
    const row = page.getByRole('row', { name: consumers[0]!.name });
    await expectInSight(row.getByRole('button', { name: 'Remove' }));
    expect(await cutIn(row.getByRole('cell').first())).toEqual([]);
  });

  it('the notes under the figures of health are whole', async () => {
    await show('/health');
    const notes = page.locator('dl[aria-label="Now"] dd:last-child');
    await notes.first().waitFor();
    expect(await cutIn(notes)).toEqual([]);
  });

  it('the times of a waterfall do not stand on each other', async () => {
    const own = await page.context().newPage();
    // The last of five times stands at its very end.
    await own.clock.setFixedTime(Date.parse(run.createdAt) + 62_000);
    await own.goto(`/runs/${run.id}?view=waterfall`);
    await own.getByRole('group', { name: 'Tasks over time' }).getByRole('listitem').first().waitFor();
    const times = own.locator('main div[aria-hidden] > .tabular > span');
    await expect.poll(() => times.allInnerTexts(), { timeout: 10_000 }).toContain('+45 s');
    const boxes = (await Promise.all((await times.all()).map(boxOf))).toSorted((a, b) => a.x - b.x);
    expect(boxes.length).toBeGreaterThan(2);
    for (const [at, { x, width }] of boxes.entries()) {
      expect(x + width).toBeLessThanOrEqual(boxes[at + 1]?.x ?? WIDTH);
    }
    await own.close();
  });

  it('the fold of a report stands in its first line', async () => {
    await show(`/runs/${run.id}?view=reports`);
    const line = page.getByRole('group', { name: 'Reports' }).getByRole('listitem').first().locator('summary');
    await line.waitFor();
    const [word, fold] = [await boxOf(line.getByText('progress', { exact: true })), await boxOf(line.locator('> svg'))];
    const middle = fold.y + fold.height / 2;
    expect(middle).toBeGreaterThan(word.y);
    expect(middle).toBeLessThan(word.y + word.height);
    await expectInSight(line.locator('> svg'));
  });

  it('the names of tools are whole', async () => {
    await show('/sessions');
    await page.getByRole('group', { name: 'Sessions' }).getByRole('link').filter({ hasText: 'research' }).click();
    const tool = page.locator('code').filter({ hasText: 'report_progress' });
    await tool.waitFor();
    expect(await cutIn(tool)).toEqual([]);
  });

  it.each([
    ['/sessions', '1 tool call'],
    ['/threads', '1 message'],
  ])('what is counted has a unit, in the singular where it is one: %s', async (path, words) => {
    await show(path);
    await page.getByText(words, { exact: true }).first().waitFor({ timeout: 10_000 });
  });

  it('a low priority in the inbox is said in a word', async () => {
    await show('/inbox');
    const word = page.getByRole('link').filter({ hasText: 'when you have time' }).getByText('low', { exact: true });
    await word.waitFor();
    expect((await boxOf(word)).width).toBeGreaterThan(10);
  });

  it('of dead work with a long reason, the way out is in sight', async () => {
    const body = { subject: 'Judge it', body: 'Is it fit?', assignedTo: 'legal' };
    const message = (await pages.board.api('POST', '/api/messages', body)).body;
    const claim = { consumer: 'e2e', source: { kind: 'message', id: message.id } };
    const token = await pages.board.tokenFor('orchestrator');
    const [dispatch] = (await pages.board.api('POST', '/api/dispatches/claim', claim, token)).body.dispatches;
    await pages.post(dispatch, 'fail', { error: `refused: ${'a reason that goes on, '.repeat(12)}`, retryable: false });
    await show(`/threads/${message.threadId}`);
    for (const name of ['Redrive', 'Cancel']) await expectInSight(page.getByRole('button', { name, exact: true }));
  });

  it('a text written from right to left begins at the right, and one beside it at the left', async () => {
    const [right, left] = ['مرحبا، أريد تقريرا عن السوق (research).', 'A report on tea.'];
    const body = { subject: `${right} ${right} ${right}`, body: `${right}\n\n${left}`, assignedTo: 'human' };
    const { threadId } = (await pages.board.api('POST', '/api/messages', body)).body;
    await show(`/threads/${threadId}`);
    const side = (text: string) => startOf(page.locator('.markdown p').filter({ hasText: text }));
    expect(await side('research')).toBe('right');
    expect(await side(left)).toBe('left');
    expect(await startOf(page.getByRole('heading', { name: 'research' }))).toBe('right');
    await show('/threads');
    expect(await startOf(page.getByRole('link').getByText('research).').first())).toBe('right');
  });

  it('what to do about an alarm stands at the end of its words', async () => {
    const reason =
      'Nobody is listening: work has been due for 120 s and no orchestrator has been connected for over 10 s.';
    await answering('/api/system-health', { status: 'degraded', reasons: [reason] });
    await show('/agents');
    const alarm = page.getByRole('status', { name: 'Alarms' }).getByRole('listitem').filter({ hasText: 'listening' });
    const way = await boxOf(alarm.getByRole('link', { name: 'connect one' }));
    const words = await boxOf(alarm);
    // In the last line, not half-way up at the side of it.
    expect(words.y + words.height - (way.y + way.height)).toBeLessThan(way.height / 2);
    const lamp = await boxOf(alarm.locator('svg'));
    expect(lamp.y - words.y).toBeLessThan(way.height);
  });
});
