import { readFileSync } from 'node:fs';
import { MongoClient, ObjectId } from 'mongodb';
import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { connectAgents } from '../run-pages';
import { startJobs } from './rig';

/** What is done on the pages that watch and keep the plane: feed, activity, sessions, costs, health. */

const { job, board } = startJobs();
let orchestrator: string;
beforeAll(async () => {
  orchestrator = await board().tokenFor('orchestrator');
});

const claim = async (taskId: string): Promise<Dispatch> => {
  const body = { consumer: 'night-1', source: { kind: 'task', id: taskId } };
  return (await board().api('POST', '/api/dispatches/claim', body, orchestrator)).body.dispatches[0];
};
const feed = (page: Page) => page.getByRole('group', { name: 'Events, newest first' }).getByRole('listitem');

job(39, 'Show only one kind of event in the feed', async ({ page, hand, api, named }) => {
  await hand.goTo('Dashboard');
  await hand.choose(page.getByRole('button', { name: 'Events shown' }), 'project');
  await page.waitForURL(/feed=project/);
  const slug = `feed-${hand.name}`;
  const project = await api('POST', '/api/projects', { kind: 'client', slug, name: named('Seen in the feed') });
  await api('POST', '/api/messages', { body: 'not shown', assignedTo: null });
  await feed(page).first().waitFor();
  const types = await feed(page).allInnerTexts();
  expect(types.filter(text => !text.includes('project-'))).toEqual([]);
  const { items } = await api('GET', '/api/events/recent?types=project-created&limit=500');
  expect(items.some(({ data }: { data: { id: string } }) => data.id === project.id)).toBe(true);
});

job(40, 'Hold the feed still and catch up', async ({ page, hand, api }) => {
  await hand.goTo('Dashboard');
  await api('POST', '/api/messages', { body: 'before', assignedTo: null });
  await feed(page).first().waitFor();
  await hand.press(page.getByRole('button', { name: 'Pause the feed' }));
  const still = await feed(page).allInnerTexts();
  await api('POST', '/api/messages', { body: 'meanwhile', assignedTo: null });
  const more = page.getByRole('button', { name: /^\d+ new$/ });
  await more.waitFor();
  expect(await feed(page).allInnerTexts()).toEqual(still);
  await hand.press(page.getByRole('button', { name: 'Resume the feed' }));
  await more.waitFor({ state: 'detached' });
  const { items } = await api('GET', '/api/events/recent?limit=1');
  expect((await feed(page).first().innerText()).includes(items[0].event ?? items[0].type)).toBe(true);
});

job(41, 'See who changed an agent type, and what', async ({ page, hand, api, board: at }) => {
  const slug = hand.name === 'mouse' ? 'research' : 'seo';
  const label = `Rita by ${hand.name}`;
  const rita = await at.tokenFor('operator', { label });
  const { revision } = await api('GET', `/api/agent-types/${slug}`);
  await at.api('PATCH', `/api/agent-types/${slug}`, { revision, concurrency: 9 }, rita);
  await hand.goTo('Activity');
  await hand.choose(page.getByRole('button', { name: 'Subject' }), 'agent-type');
  const row = page
    .getByRole('group', { name: 'Audit log, newest first' })
    .getByRole('listitem')
    .filter({ hasText: label });
  await hand.press(row.getByRole('button', { name: /concurrency/ }));
  const dialog = page.getByRole('dialog', { name: /agent-type/ });
  await hand.expectFocusOn(dialog);
  await dialog.getByText(`${label} (`).waitFor();
  await dialog.locator('ins').getByText('9', { exact: true }).waitFor();
  expect(await dialog.getByRole('link', { name: 'open the agent-type' }).getAttribute('href')).toBe(`/agents/${slug}`);
  const { items } = await api('GET', '/api/activity?subjectKind=agent-type&limit=1');
  expect(items[0]).toMatchObject({ actor: { label }, changes: [{ field: 'concurrency', after: 9 }] });
  if (hand.name === 'keys') {
    await page.keyboard.press('Escape');
    await hand.expectFocusOn(row.getByRole('button', { name: /concurrency/ }));
  }
});

job(42, 'Save the activity of one subject as CSV', async ({ page, hand, api }) => {
  const slug = `logged-${hand.name}`;
  const { id } = await api('POST', '/api/agent-types', { slug, name: '=cmd|"x"' });
  await hand.goTo('Activity');
  await hand.choose(page.getByRole('button', { name: 'Subject' }), 'agent-type');
  await page.waitForURL(/subjectKind=agent-type/);
  await page.getByRole('group', { name: 'Audit log, newest first' }).getByText(slug).waitFor();
  const saving = page.waitForEvent('download');
  await hand.press(page.getByRole('button', { name: 'CSV' }));
  const download = await saving;
  expect(download.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  const { items } = await api('GET', '/api/activity?subjectKind=agent-type&limit=200');
  expect(lines.slice(1).map(line => line.split(',')[0])).toEqual(items.map(({ at }: { at: string }) => at));
  expect(lines[1]).toContain(id);
});

job(43, 'See the tool calls of a session', async ({ page, hand, api, named }) => {
  const task = await api('POST', '/api/tasks', { title: named('Call a tool'), assignedTo: 'design' });
  const dispatch = await claim(task.id);
  const agents = await connectAgents(board(), orchestrator);
  await agents.call('report_progress', { dispatch: dispatch.key, percent: 10, state: 'begun' });
  await agents.call('get_context', { dispatch: dispatch.key });
  const calls = async () => (await api('GET', '/api/tool-calls?limit=200')).items;
  await expect
    .poll(async () => (await calls()).some((call: { tool: string }) => call.tool === 'get_context'))
    .toBe(true);
  const { sessionId } = (await calls()).find((call: { dispatchId?: string }) => call.dispatchId === dispatch.id);
  await hand.goTo('Sessions');
  await hand.openRow(page.locator(`main a[href^="/sessions/${sessionId}"]`));
  await page.getByRole('region', { name: 'design' }).getByText(dispatch.id).waitFor();
  const list = page.getByRole('group', { name: 'Tool calls, the latest first' });
  await list.getByText('get_context').waitFor();
  const shown = await list.getByRole('listitem').locator('code').allInnerTexts();
  const { items } = await api('GET', `/api/tool-calls?sessionId=${sessionId}`);
  expect(shown).toEqual(items.map(({ tool }: { tool: string }) => tool));
  await agents.close();
});

job(44, 'See what a client cost', async ({ page, hand, api, named }) => {
  const slug = `paying-${hand.name}`;
  const client = await api('POST', '/api/projects', { kind: 'client', slug, name: named('Paying') });
  const task = await api('POST', '/api/tasks', { title: 'Work', assignedTo: 'sales', projectId: client.id });
  const { id, epoch } = await claim(task.id);
  const body = { epoch, output: 'done', usage: { inputTokens: 1_200, outputTokens: 300, costUsd: 1.25 } };
  expect((await board().api('POST', `/api/dispatches/${id}/complete`, body, orchestrator)).status).toBe(200);
  await hand.goTo('Costs');
  await hand.choose(page.getByRole('button', { name: 'Split' }), 'by client');
  const cells = page.getByRole('row').filter({ hasText: client.name }).getByRole('cell');
  await cells.getByText('$1.25').waitFor();
  expect((await cells.allInnerTexts()).slice(-3)).toEqual(['1,200', '300', '$1.25']);
  const { items } = await api('GET', '/api/costs?by=client');
  expect(items.find(({ key }: { key: string }) => key === client.id)).toMatchObject({ costUsd: 1.25 });
});

job(45, 'See what a clean-up would remove, then do it', async ({ page, hand, api, named }) => {
  const name = named('gone').replaceAll(' ', '-');
  await leftByConsumer(name, 8);
  await hand.goTo('Health');
  const panel = page.locator('#clean-up');
  await hand.press(panel.getByRole('button', { name: 'List them' }));
  await panel.getByRole('listitem').filter({ hasText: name }).waitFor();
  const dry = await api('POST', '/api/maintenance/cleanup', { dryRun: true });
  expect(await panel.getByRole('listitem').count()).toBe(dry.total);
  await hand.press(panel.getByRole('button', { name: `Clean up ${dry.total}` }));
  await panel.getByRole('listitem').filter({ hasText: name }).waitFor({ state: 'detached' });
  expect((await api('POST', '/api/maintenance/cleanup', { dryRun: true })).total).toBe(0);
});

job(46, 'Forget a reader of the stream that is gone for good', async ({ page, hand, api, named, reload }) => {
  const name = named('old-laptop').replaceAll(' ', '-');
  await leftByConsumer(name, 1);
  // No event tells of what is written past the server: it is there when the page is.
  await reload();
  await hand.goTo('Health');
  const row = page.getByRole('row').filter({ hasText: name });
  await hand.press(row.getByRole('button', { name: 'Remove' }));
  const dialog = page.getByRole('alertdialog', { name: `Remove ${name}?` });
  await hand.press(dialog.getByRole('button', { name: 'Remove it' }));
  await row.waitFor({ state: 'detached' });
  const { items } = await api('GET', '/api/consumers?limit=200');
  expect(items.map((each: { name: string }) => each.name)).not.toContain(name);
});

job(53, 'Find the dispatch that is stuck, and stop it', async ({ page, hand, api, named }) => {
  const slug = `hangs-${hand.name}`;
  const thresholds = { quietAfterMs: 1, stuckAfterMs: 2 };
  await api('POST', '/api/agent-types', { slug, name: slug, description: 'one', systemPrompt: 'x', thresholds });
  const [well, hangs] = await Promise.all(
    ['localization', slug].map(assignedTo =>
      api('POST', '/api/tasks', { title: named(`Work of ${assignedTo}`), assignedTo }),
    ),
  );
  await claim(well.id);
  const { id } = await claim(hangs.id);
  await hand.goTo('Dispatches');
  await hand.press(page.getByRole('button', { name: /^Stuck/ }));
  await page.waitForURL(/state=stuck/);
  expect(await page.locator(`main a[href="/tasks/${well.id}"]`).count()).toBe(0);
  await hand.openRow(page.locator(`main a[href="/tasks/${hangs.id}"]`));
  await hand.press(page.getByRole('button', { name: 'Stop', exact: true }));
  const status = async () => (await api('GET', `/api/dispatches/${id}`)).status;
  await expect.poll(status).toBe('cancelling');
});

/** A durable reader that nobody has seen for so long; past seven days it is stale. */
async function leftByConsumer(name: string, days: number): Promise<void> {
  const client = await MongoClient.connect(board().run.mongodbUri);
  try {
    const at = new Date(Date.now() - days * 86_400_000);
    const seen = { createdAt: at, updatedAt: at, ackedAt: null, lastSeenAt: at };
    const row = { tenantId: 'default', name, tokenId: 't', createdBy: 't', position: null, positionOrder: null };
    const consumers = client.db(board().run.database).collection('consumers');
    await consumers.insertOne({ _id: new ObjectId(), ...row, ...seen, connectionId: null });
  } finally {
    await client.close();
  }
}
