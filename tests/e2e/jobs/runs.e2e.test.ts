import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { startJobs, type Work } from './rig';

/** What is done with runs and tasks. */

const { job, board } = startJobs();
let orchestrator: string;
beforeAll(async () => {
  orchestrator = await board().tokenFor('orchestrator');
});

const claim = async (taskId: string): Promise<Dispatch> => {
  const body = { consumer: 'night-1', source: { kind: 'task', id: taskId } };
  const { dispatches, reason } = (await board().api('POST', '/api/dispatches/claim', body, orchestrator)).body;
  expect(dispatches, `claim of ${taskId}: ${reason}`).toHaveLength(1);
  return dispatches[0];
};
const post = async ({ id, epoch }: Dispatch, verb: string, body = {}) => {
  const answer = await board().api('POST', `/api/dispatches/${id}/${verb}`, { epoch, ...body }, orchestrator);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const runRow = (page: Page, text: string) =>
  page.getByRole('group', { name: /^Runs/ }).getByRole('link', { name: text });
const taskRow = (page: Page, text: string) =>
  page.getByRole('group', { name: 'Tasks, the latest first' }).getByRole('link').filter({ hasText: text });
const openTask = async ({ page, hand }: Work, title: string): Promise<void> => {
  await hand.goTo('Tasks');
  await hand.openRow(taskRow(page, title));
  await page.waitForURL(/tasks\/[0-9a-f]{24}/);
};

job(16, 'Start a run', async ({ page, hand, api, named }) => {
  const intent = named('A page on coffee');
  await hand.goTo('Runs');
  await hand.press(page.getByRole('button', { name: 'Start a run' }).first());
  const dialog = page.getByRole('dialog');
  await hand.expectFocusOn(dialog.getByLabel('Intent'));
  await hand.write(dialog.getByLabel('Intent'), intent);
  await hand.press(dialog.getByRole('button', { name: 'Start the run' }));
  await page.getByRole('heading', { name: intent }).waitFor();
  const id = /runs\/([0-9a-f]{24})/.exec(page.url())![1];
  expect(await api('GET', `/api/runs/${id}`)).toMatchObject({ intent, status: 'planning' });
});

job(17, 'Stop a run and see that it has stopped', async ({ page, hand, api, named }) => {
  const run = await api('POST', '/api/runs', { intent: named('A run to be stopped') });
  const planner = await claim(run.planTaskId);
  await hand.goTo('Runs');
  await hand.openRow(runRow(page, run.intent));
  await hand.press(page.getByRole('button', { name: 'Cancel the run' }));
  const dialog = page.getByRole('alertdialog', { name: 'Cancel this run?' });
  await dialog.getByRole('list', { name: 'Told to stop' }).getByText('project-management').waitFor();
  await hand.press(dialog.getByRole('button', { name: 'Cancel the run' }));
  await page.getByText('Stopping: 1 task left').waitFor();
  expect((await post(planner, 'heartbeat')).cancelRequested).toBe(true);
  await post(planner, 'release');
  await page.getByText('All of it has stopped').waitFor();
  await hand.press(page.locator('summary').filter({ hasText: 'All of it has stopped' }));
  await page.getByRole('list', { name: 'Agents told to stop' }).getByText('ended after').waitFor();
  expect((await api('GET', `/api/runs/${run.id}`)).status).toBe('cancelled');
});

job(18, 'Hand out a task', async ({ page, hand, api, named }) => {
  const title = named('Ten names for a shop');
  await hand.goTo('Tasks');
  await hand.press(page.getByRole('button', { name: 'New task' }));
  const dialog = page.getByRole('dialog', { name: 'New task' });
  await hand.expectFocusOn(dialog.getByLabel('Title'));
  await hand.write(dialog.getByLabel('Title'), title);
  await hand.write(dialog.getByLabel('What is asked'), 'Short ones.');
  await hand.choose(dialog.getByRole('button', { name: /^To|To$/ }), 'copywriting');
  await hand.press(dialog.getByRole('button', { name: 'Hand it out' }));
  await page.getByRole('heading', { name: title }).waitFor();
  const id = /tasks\/([0-9a-f]{24})/.exec(page.url())![1];
  const task = { title, input: 'Short ones.', assignedTo: 'copywriting', status: 'ready' };
  expect(await api('GET', `/api/tasks/${id}`)).toMatchObject(task);
});

job(19, 'Find why a task is stuck, and free it', async work => {
  const { page, hand, api, named } = work;
  const slug = hand.name === 'mouse' ? 'legal' : 'finance';
  const { revision } = await api('GET', `/api/agent-types/${slug}`);
  await api('PATCH', `/api/agent-types/${slug}`, { revision, paused: true });
  const task = await api('POST', '/api/tasks', { title: named('Nobody begins this'), assignedTo: slug });
  await expect.poll(async () => (await api('GET', `/api/tasks/${task.id}`)).status).toBe('held');
  await openTask(work, task.title);
  const panel = page.getByRole('region', { name: task.title });
  await panel
    .getByText(/paused/)
    .first()
    .waitFor();
  await hand.press(panel.getByRole('link', { name: slug }));
  await page.getByRole('form', { name: `Settings of ${slug}` }).waitFor();
  await hand.press(page.getByRole('switch', { name: 'Paused' }));
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await page.getByText(`revision ${revision + 2}`, { exact: true }).waitFor();
  await expect.poll(async () => (await api('GET', `/api/tasks/${task.id}`)).status).toBe('ready');
});

job(20, 'Cancel running work and see that it has stopped', async work => {
  const { page, hand, api, named } = work;
  const task = await api('POST', '/api/tasks', { title: named('Work that goes wrong'), assignedTo: 'design' });
  const dispatch = await claim(task.id);
  await openTask(work, task.title);
  await page.getByText('by night-1').waitFor();
  await hand.press(page.getByRole('button', { name: 'Cancel the task' }));
  const dialog = page.getByRole('alertdialog', { name: 'Cancel this task?' });
  await hand.press(dialog.getByRole('button', { name: 'Cancel the task' }));
  await page.getByText('cancelling').first().waitFor();
  expect((await post(dispatch, 'heartbeat')).cancelRequested).toBe(true);
  await post(dispatch, 'release');
  const panel = page.getByRole('region', { name: task.title });
  await panel.getByText('cancelling').waitFor({ state: 'detached' });
  expect((await api('GET', `/api/tasks/${task.id}`)).status).toBe('cancelled');
  const record = await api('GET', `/api/dispatches/${dispatch.id}`);
  expect(Date.parse(record.times.endedAt)).toBeGreaterThanOrEqual(Date.parse(record.times.cancelRequestedAt));
});

job(21, 'Read what a task handed in', async work => {
  const { page, api, named } = work;
  const body = { title: named('A list of words'), assignedTo: 'seo' };
  const task = await api('POST', '/api/tasks', body);
  await post(await claim(task.id), 'complete', { output: 'tea, **coffee**, cocoa' });
  await openTask(work, task.title);
  await page.getByRole('region', { name: task.title }).getByText('tea, coffee, cocoa').waitFor();
  const { status, result } = await api('GET', `/api/tasks/${task.id}`);
  expect({ status, output: result.output }).toEqual({ status: 'done', output: 'tea, **coffee**, cocoa' });
});

job(22, 'Redrive what failed in a run', async ({ page, hand, api, named }) => {
  const run = await api('POST', '/api/runs', { intent: named('A run that fails') });
  await post(await claim(run.planTaskId), 'fail', { error: 'no network', retryable: false });
  await expect.poll(async () => (await api('GET', `/api/tasks/${run.planTaskId}`)).status).toBe('dead');
  await hand.goTo('Runs');
  await hand.openRow(runRow(page, run.intent));
  const trouble = page.getByRole('region', { name: 'What blocks it' });
  await trouble.getByRole('listitem').getByText('no network').waitFor();
  await hand.press(trouble.getByRole('button', { name: 'Redrive', exact: true }));
  await trouble.waitFor({ state: 'detached' });
  expect(await api('GET', `/api/tasks/${run.planTaskId}`)).toMatchObject({ status: 'ready', attempts: 0 });
});

job(23, 'Redrive all dead work of a filter at once', async ({ page, hand, api, board: at }) => {
  const slug = hand.name === 'mouse' ? 'qa' : 'operations';
  const ids: string[] = [];
  for (const title of ['First', 'Second', 'Third']) {
    const task = await api('POST', '/api/tasks', { title, assignedTo: slug });
    await post(await claim(task.id), 'fail', { error: 'no network', retryable: false });
    ids.push(task.id);
  }
  const other = await api('POST', '/api/tasks', { title: 'Not meant', assignedTo: 'seo' });
  await post(await claim(other.id), 'fail', { error: 'no network', retryable: false });
  await hand.goTo('Tasks');
  await hand.choose(page.getByRole('button', { name: 'Assigned to' }), slug);
  await hand.choose(page.getByRole('button', { name: 'Status' }), 'dead');
  const button = page.getByRole('button', { name: 'All that match' });
  await hand.press(button);
  const dialog = page.getByRole('dialog', { name: 'All that match' });
  await dialog.getByText('3 tasks match the filter').waitFor();
  const read = (id: string) => at.api('GET', `/api/tasks/${id}`).then(({ body }) => body.status);
  expect(await Promise.all(ids.map(read))).toEqual(['dead', 'dead', 'dead']);
  await hand.press(dialog.getByRole('button', { name: 'Redrive 3' }));
  await dialog.getByText('3 tasks redriven').waitFor();
  expect(await Promise.all(ids.map(read))).toEqual(['ready', 'ready', 'ready']);
  expect(await read(other.id)).toBe('dead');
  await hand.expectFocusOn(dialog.getByRole('button', { name: 'Close', exact: true }).last());
});
