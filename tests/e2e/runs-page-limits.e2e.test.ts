import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PLANNED, MAX_RUN_TASKS } from '@/lib/domain/run/plan';
import { graphNode, startRunPages, type RunPages } from './run-pages';

/** The page of a run that went wrong, and of one as large as one may be. */

let pages: RunPages;
beforeAll(async () => {
  pages = await startRunPages();
});
afterAll(async () => {
  await pages?.stop();
});

describe('a run whose tasks were given up', { timeout: 120_000 }, () => {
  it('has its dead tasks redriven at once, the number said first, and lays aside what is incomplete', async () => {
    const run = await pages.openRun('Three that go wrong');
    await pages.call(await pages.claim(run.planTaskId), 'plan_tasks', {
      tasks: [
        { key: 'one', title: 'one', assignedTo: 'research' },
        { key: 'two', title: 'two', assignedTo: 'research' },
        { key: 'lacking', title: 'lacking', assignedTo: 'qa', deliverables: [{ name: 'list' }] },
      ],
    });
    const tasks = await pages.tasksOf(run);
    for (const key of ['one', 'two']) {
      await pages.post(await pages.claim(tasks.get(key)!.id), 'fail', { error: 'no access', retryable: false });
    }
    const lacking = await pages.claim(tasks.get('lacking')!.id);
    await pages.call(lacking, 'report_progress', { percent: 50, state: 'half' });
    await pages.call(lacking, 'submit_result', { output: 'no list' });

    // On its own page too, where the list of dead work leads: one that stands by itself.
    const alone = (await pages.board.api('POST', '/api/tasks', { title: 'Alone', assignedTo: 'qa' })).body;
    await pages.post(await pages.claim(alone.id), 'fail', { error: 'no access', retryable: false });
    const own = await pages.open(`/tasks/${alone.id}`);
    await own.getByRole('button', { name: 'Cancel the task' }).waitFor();
    await own.getByRole('button', { name: 'Redrive' }).click();
    await own.getByText('ready', { exact: true }).first().waitFor();
    await own.close();

    const page = await pages.open(`/runs/${run.id}?view=reports`);
    const reports = page.getByRole('group', { name: 'Reports' }).getByRole('listitem');
    await reports.nth(1).waitFor();
    expect(await reports.first().innerText()).toContain('progress');
    await page.getByText('Blockers first').click();
    await page.waitForURL(/first=trouble/);
    expect(await reports.first().innerText()).toContain('result');

    const trouble = page.getByRole('region', { name: 'What blocks it' });
    await trouble.getByText('Blocked by 3 tasks').waitFor();
    await trouble.getByRole('button', { name: 'Redrive 2 dead tasks' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Redrive 2 dead tasks' }).click();
    await trouble.getByText('Blocked by 1 task').waitFor();
    await trouble.getByRole('button', { name: 'Lay aside' }).click();
    await trouble.waitFor({ state: 'detached' });
    const statuses = [...(await pages.tasksOf(run)).values()]
      .filter(({ kind }) => kind === 'work')
      .map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['cancelled', 'ready', 'ready']);
    await page.close();
  });
});

describe('a run as large as one may be', { timeout: 120_000 }, () => {
  /** Generous for a busy machine; a page that draws each task anew for each line would take far longer. */
  const USABLE_MS = 5_000;

  it('stays usable in every view', async () => {
    const run = await pages.openRun('As large as may be');
    const planner = await pages.claim(run.planTaskId);
    const tasks = Array.from({ length: MAX_RUN_TASKS }, (_, at) => ({
      key: `t${at}`,
      title: `Task ${at}`,
      assignedTo: 'research',
      dependsOn: at < 40 ? [] : [...new Set([`t${at - 40}`, `t${(at * 7) % at}`])],
    }));
    for (let at = 0; at < tasks.length; at += MAX_PLANNED) {
      await pages.call(planner, 'plan_tasks', { tasks: tasks.slice(at, at + MAX_PLANNED) });
    }
    const page = await pages.open(`/runs/${run.id}?view=graph`);
    await graphNode(page, 't499 pending').waitFor();
    expect(await page.locator('[data-task]').count()).toBe(MAX_RUN_TASKS);
    const rows = { Table: 'Tasks of the run', Waterfall: 'Tasks over time', Trace: 'Changes of the run, oldest first' };
    for (const [view, label] of Object.entries(rows)) {
      const began = performance.now();
      await page.getByRole('tab', { name: view }).click();
      await page.getByRole('group', { name: label }).getByRole('listitem').first().waitFor();
      expect(performance.now() - began).toBeLessThan(USABLE_MS);
      // Only what is in sight is in the page.
      expect(await page.getByRole('group', { name: label }).getByRole('listitem').count()).toBeLessThan(120);
    }
    await page.close();
  });
});

it('said nothing on the console', () => {
  expect(pages.errors).toEqual([]);
});
