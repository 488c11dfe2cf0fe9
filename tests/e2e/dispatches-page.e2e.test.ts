import { MongoClient, ObjectId } from 'mongodb';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Task } from '@/lib/domain/task/schema';
import { barriersOf } from './page-barriers';
import { startRunPages, type RunPages } from './run-pages';

/** Of many at work, the one that is stuck is found from the dashboard, and led to. */

let pages: RunPages;
beforeAll(async () => {
  pages = await startRunPages();
  for (const [slug, thresholds] of TYPES) {
    const type = { slug, name: slug, description: 'of this test', systemPrompt: 'x', thresholds };
    await pages.board.api('POST', '/api/agent-types', { ...type, concurrency: 50 });
  }
});
afterAll(() => pages?.stop());

const QUIET_AFTER_MS = 12_000;
/** Silence shows at the next look, and nothing but time tells of it. */
const SEEN_WITHIN_MS = 60_000;
/** Nobody sends heartbeats here. */
const leaseMs = 600_000;
const TYPES = [
  ['well', { leaseMs }],
  ['hangs', { leaseMs, quietAfterMs: 1, stuckAfterMs: 2 }],
  ['hushes', { leaseMs, quietAfterMs: QUIET_AFTER_MS }],
] as const;

const rows = (page: Page) => page.getByRole('group', { name: /^Dispatches, / }).getByRole('listitem');
const rowOf = (page: Page, text: string) => rows(page).filter({ hasText: text });
const counts = (page: Page) =>
  page.getByRole('group', { name: 'State', exact: true }).getByRole('button').allInnerTexts();

async function begun(title: string, assignedTo: string): Promise<{ task: Task; dispatch: Dispatch }> {
  const task = (await pages.board.api('POST', '/api/tasks', { title, assignedTo })).body as Task;
  return { task, dispatch: await pages.claim(task.id) };
}

describe('the page of dispatches', { timeout: 120_000 }, () => {
  it('says what would be here, and how it comes about, where there is none', async () => {
    const page = await pages.open('/dispatches');
    await page.getByText('Nothing is being worked on').waitFor();
    await page.getByText('npm run orchestrator').waitFor();
    await page.close();
  });

  it('is where the dashboard leads from what is in flight: the stuck one first, with its way to where it is stopped', async () => {
    await begun('Goes well', 'well');
    const { task } = await begun('Hangs for good', 'hangs');
    await begun('Goes well, too', 'well');
    const page = await pages.open('/');
    await page.getByRole('link', { name: 'in flight' }).click();
    await page.waitForURL(/\/dispatches\?state=running$/);
    await rows(page).nth(2).waitFor();
    expect(await rows(page).locator('a span:first-child > span:last-child').allInnerTexts()).toEqual([
      'stuck',
      'running',
      'running',
    ]);
    expect(await rows(page).first().innerText()).toContain('Hangs for good');
    await expect.poll(() => counts(page)).toEqual(wordedCounts({ open: 3, running: 3, stuck: 1 }));

    await page.getByRole('button', { name: /^Stuck/ }).click();
    await page.waitForURL(/\/dispatches\?state=stuck$/);
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.keyboard.press('j');
    const isFocused = () =>
      rows(page)
        .getByRole('link')
        .evaluate(link => link === document.activeElement);
    await expect.poll(isFocused).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/tasks/${task.id}`);
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    await page.close();
  });

  it('is led to from an agent of the dashboard, for that agent alone', async () => {
    const page = await pages.open('/');
    await page.getByRole('link', { name: 'dispatches of hangs' }).click();
    await page.waitForURL(/\/dispatches\?agentType=hangs$/);
    await expect.poll(() => rows(page).count()).toBe(1);
    await rowOf(page, 'Hangs for good').waitFor();
    await page.close();
  });

  it('follows a dispatch from its claim to its end without a look of anybody', async () => {
    const page = await pages.open('/dispatches?agentType=well');
    const { dispatch } = await begun('Comes and goes', 'well');
    const row = rowOf(page, 'Comes and goes');
    await row.getByText('running', { exact: true }).waitFor();
    await pages.post(dispatch, 'progress', { percent: 40, state: 'reading the brief' });
    await row.getByText('40 %').waitFor();
    await row.getByText('reading the brief').waitFor();
    await pages.post(dispatch, 'fail', { error: 'no such file: brief.md', retryable: false });
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await row.getByText('no such file: brief.md').waitFor();
    await page.close();
  });

  it('shows what falls quiet, though no event tells of it', async () => {
    const page = await pages.open('/dispatches?agentType=hushes');
    await begun('Falls quiet', 'hushes');
    const row = rowOf(page, 'Falls quiet');
    await row.getByText('running', { exact: true }).waitFor();
    await row.getByText('quiet', { exact: true }).waitFor({ timeout: SEEN_WITHIN_MS });
    await page.close();
  });

  it('lists what waits for an answer apart, and leads from a message’s to its thread', async () => {
    const { dispatch } = await begun('Has a question', 'well');
    await pages.call(dispatch, 'ask', { to: 'human', question: 'Which of the two?' });
    const body = { subject: 'A word', body: 'Look at this', assignedTo: 'well' };
    const message = (await pages.board.api('POST', '/api/messages', body)).body;
    const claim = { consumer: 'e2e', source: { kind: 'message', id: message.id } };
    const orchestrator = await pages.board.tokenFor('orchestrator');
    expect((await pages.board.api('POST', '/api/dispatches/claim', claim, orchestrator)).body.dispatches).toHaveLength(
      1,
    );
    const page = await pages.open('/dispatches?state=waiting');
    await rowOf(page, 'Has a question').getByText('waiting', { exact: true }).waitFor();
    expect(await rows(page).count()).toBe(1);
    await page.getByRole('button', { name: /^All open/ }).click();
    expect(await rowOf(page, 'A word').getByRole('link').getAttribute('href')).toBe(
      `/threads/${message.threadId}?message=${message.id}`,
    );
    await page.close();
  });

  it('has no barrier with rows in it, on a desk and as a narrow phone, in both themes', async () => {
    const found: string[] = [];
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 360, height: 740 },
    ]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await pages.open('/dispatches', { viewport, colorScheme, reducedMotion: 'reduce' });
        const title = rowOf(page, 'Hangs for good').getByText('Hangs for good');
        await title.waitFor();
        expect((await title.boundingBox())!.width).toBeGreaterThan(80);
        found.push(...(await barriersOf(page, { path: '/dispatches', isLive: true })));
        await page.context().close();
      }
    }
    expect({ found, errors: pages.errors }).toEqual({ found: [], errors: [] });
  });

  it('finds the one that is stuck behind more than it reads at once', async () => {
    const client = await MongoClient.connect(pages.board.run.mongodbUri);
    try {
      const dispatches = client.db(pages.board.run.database).collection('dispatches');
      // Copies would hold the same three claims.
      const projection = { open: 0, lane: 0, slot: 0 };
      const row = await dispatches.findOne({ agentType: 'well', status: 'running' }, { projection });
      const crowd = Array.from({ length: 1_100 }, () => ({
        ...row,
        _id: new ObjectId(),
        source: { kind: 'task', id: new ObjectId() },
        claimedAt: new Date(),
      }));
      await dispatches.insertMany(crowd);
    } finally {
      await client.close();
    }
    const page = await pages.open('/dispatches?state=stuck');
    await rowOf(page, 'Hangs for good').waitFor();
    expect(await rows(page).count()).toBe(1);
    await expect.poll(() => counts(page)).toEqual(expect.arrayContaining(['Stuck\n1', 'All open\n–', 'Running\n–']));
    await page.getByRole('button', { name: /^All open/ }).click();
    await page.getByText('Choose an agent type for the others').waitFor();
    expect(await rows(page).first().innerText()).toContain('Hangs for good');
    await page.close();
  });
});

/** As the bar has them; what is over is not counted. */
const wordedCounts = ({ open = 0, running = 0, stuck = 0 }) =>
  [`All open ${open}`, `Running ${running}`, 'Quiet 0', `Stuck ${stuck}`, 'Waiting 0', 'Failed', 'Lost'].map(text =>
    text.replace(/ (\d)/, '\n$1'),
  );
