import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Run } from '@/lib/domain/run/schema';
import { graphNode, startRunPages, type RunPages } from './run-pages';

/** A run from its start to its end as a person follows it on the page. */

let pages: RunPages;
beforeAll(async () => {
  pages = await startRunPages();
});
afterAll(async () => {
  await pages?.stop();
});

const runOf = async (page: Page): Promise<Run> => {
  await page.waitForURL(/\/runs\/[0-9a-f]{24}/);
  const id = /\/runs\/([0-9a-f]{24})/.exec(page.url())![1];
  return (await pages.board.api('GET', `/api/runs/${id}`)).body;
};

/** Tab until what is focused has this name, as somebody without a mouse does. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let press = 0; press < 80; press += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? (element as HTMLElement | null)?.innerText ?? '';
    });
    if (focused.trim().startsWith(name)) return;
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

describe('a run on its page, by mouse', { timeout: 120_000 }, () => {
  let page: Page;
  let run: Run;
  let worker: Dispatch;

  it('is told how to open where there is none', async () => {
    page = await pages.open('/runs');
    await page.getByText(`curl -X POST ${pages.board.url}/api/runs`).waitFor();
    await page.getByText('create_run').waitFor();
  });

  it('is started in a dialog that says in place what is missing', async () => {
    await page.getByRole('button', { name: 'Start a run' }).click();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByText('wants some text').waitFor();
    await page.getByLabel('Intent').fill('A page on tea');
    await page.getByRole('button', { name: 'Start the run' }).click();
    run = await runOf(page);
    expect(run).toMatchObject({ intent: 'A page on tea', plannerType: 'project-management', status: 'planning' });
    await page.getByRole('heading', { name: 'A page on tea' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  it('shows its tasks as they are planned, and as they move, without reload', async () => {
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.getByRole('tab', { name: 'Graph' }).click();
    await page.waitForURL(/view=graph/);
    await page.getByText('The planner has planned no task yet.').waitFor();
    const planner = await pages.claim(run.planTaskId);
    await pages.call(planner, 'plan_tasks', {
      tasks: [
        { key: 'facts', title: 'What tea is', assignedTo: 'research' },
        { key: 'page', title: 'The page', assignedTo: 'copywriting', dependsOn: ['facts'] },
        { key: 'check', title: 'Check it', assignedTo: 'qa', dependsOn: ['page'] },
      ],
    });
    await graphNode(page, 'facts ready').waitFor();
    await graphNode(page, 'check pending').waitFor();
    await page.getByText('0 of 3 done').waitFor();
    // Its turn ends; it waits for news.
    await pages.post(planner, 'complete', { output: 'planned' });
    const facts = await pages.claim((await pages.tasksOf(run)).get('facts')!.id);
    await graphNode(page, 'facts running').waitFor();
    await pages.call(facts, 'submit_result', { output: 'a leaf', usage: { costUsd: 0.25 } });
    await graphNode(page, 'facts done').waitFor();
    await graphNode(page, 'page ready').waitFor();
    await page.getByText('1 of 3 done').waitFor();
    expect(loads).toBe(0);
  });

  it('says exactly what blocks it, and takes the answer in place', async () => {
    worker = await pages.claim((await pages.tasksOf(run)).get('page')!.id);
    await pages.call(worker, 'raise_blocker', { reason: 'The pictures are missing.', needs: 'the pictures' });
    const trouble = page.getByRole('region', { name: 'What blocks it' });
    await trouble.getByText('Blocked by 1 task').waitFor();
    expect(await trouble.innerText()).toContain('The pictures are missing.');
    expect(await trouble.innerText()).toContain('check cannot start');
    await trouble.getByRole('link', { name: 'Answer it' }).click();
    await page.getByText('Answer it yourself').click();
    await page.getByLabel('Answer', { exact: true }).fill('They are in the drive.');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await page.getByText('answered', { exact: true }).waitFor();
    worker = await pages.claim(worker.source.id);
    expect(worker.prompt).toContain('They are in the drive.');
    await trouble.waitFor({ state: 'detached' });
  });

  it('is the same in every view, each in the URL, free of barriers in both themes', async () => {
    const barriers: string[] = [];
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const view of ['Waterfall', 'Graph', 'Table', 'Attempts', 'Reports', 'Questions', 'Trace']) {
        await page.getByRole('tab', { name: view }).click();
        if (view !== 'Waterfall') await page.waitForURL(new RegExp(`view=${view.toLowerCase()}`));
        await page.waitForFunction(() => document.querySelector('.skeleton') === null);
        // The form library's announcer keeps the words of a pending button for seconds after the button is gone.
        const { violations } = await new AxeBuilder({ page }).exclude('[data-live-announcer]').analyze();
        for (const { id, impact, nodes } of violations) {
          barriers.push(`${view} ${theme}: ${impact} ${id} at ${nodes.map(each => each.target.join(' ')).join(', ')}`);
        }
      }
    }
    expect(barriers).toEqual([]);
  });

  it('traces every change to where it came from', async () => {
    const trace = page.getByRole('group', { name: 'Changes of the run, oldest first' });
    await trace.getByText('run.opened').waitFor();
    const claimed = trace.getByRole('listitem').filter({ hasText: 'dispatch.claimed' }).filter({ hasText: 'facts' });
    await claimed.getByRole('link', { name: 'facts', exact: true }).click();
    await page.getByRole('heading', { name: 'What tea is' }).waitFor();
    await page.getByRole('link', { name: 'its run' }).click();
    await page.getByRole('heading', { name: 'A page on tea' }).waitFor();
    await page.getByText('$0.25').waitFor();
  });

  it('is cancelled with what stops said first, and its proof after', async () => {
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('list', { name: 'Told to stop' }).getByText('page').waitFor();
    await dialog.getByText('1 result already handed in stays').waitFor();
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('Stopping: 1 task left').waitFor();
    expect((await pages.post(worker, 'heartbeat'))['cancelRequested']).toBe(true);
    await pages.post(worker, 'release');
    await page.getByText('All of it has stopped').waitFor();
    await page.getByText(/confirmed/).waitFor();
    expect((await pages.board.api('GET', `/api/runs/${run.id}`)).body.status).toBe('cancelled');
    await page.close();
  });
});

describe('a run on its page, by keyboard alone', { timeout: 120_000 }, () => {
  it('is started, walked through and left', async () => {
    const page = await pages.open('/runs');
    await tabTo(page, 'Start a run');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('A page on coffee');
    await tabTo(page, 'Start the run');
    await page.keyboard.press('Enter');
    const run = await runOf(page);
    expect(run.intent).toBe('A page on coffee');
    await page.getByRole('heading', { name: 'A page on coffee' }).waitFor();
    await pages.call(await pages.claim(run.planTaskId), 'plan_tasks', {
      tasks: [
        { key: 'beans', title: 'Which beans', assignedTo: 'research' },
        { key: 'text', title: 'The text', assignedTo: 'copywriting', dependsOn: ['beans'] },
      ],
    });
    await tabTo(page, 'Waterfall');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/view=graph/);
    await graphNode(page, 'beans ready').waitFor();
    await tabTo(page, 'beans');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).innerText)).toContain('text');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The text' }).waitFor();
    await tabTo(page, 'its run');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'A page on coffee' }).waitFor();
    await tabTo(page, 'Cancel the run');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await tabTo(page, 'Cancel the run');
    await page.keyboard.press('Enter');
    await page
      .getByText('All of it has stopped')
      .or(page.getByText(/^Stopping/))
      .waitFor();
    await tabTo(page, 'Close the run');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${pages.board.url}/runs`);
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).innerText);
    await tabTo(page, 'cancelled');
    expect(await focused()).toContain('A page on coffee');
    await page.keyboard.press('j');
    expect(await focused()).toContain('A page on tea');
    await page.keyboard.press('k');
    expect(await focused()).toContain('A page on coffee');
    await page.close();
  });
});

it('said nothing on the console', () => {
  expect(pages.errors).toEqual([]);
});
