import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { startJobs, type Work } from './rig';

/** What is done with agent types. Each hand has types of its own, so that neither meets the other's revisions. */

const { job } = startJobs();

const typeFor = ({ hand }: Work, byMouse: string, byKeys: string): string => (hand.name === 'mouse' ? byMouse : byKeys);
const linkTo = (page: Page, slug: string) =>
  page.getByRole('main').getByRole('link', { name: slug, exact: true }).first();
const open = async ({ page, hand }: Work, slug: string): Promise<void> => {
  await hand.goTo('Agents');
  await hand.press(linkTo(page, slug));
  await page.getByRole('form', { name: `Settings of ${slug}` }).waitFor();
};
const saved = (page: Page, revision: number) =>
  page.locator('main header').getByText(`revision ${revision}`, { exact: true }).waitFor();
/** A prompt of this type before the job, as somebody saved it. */
const withPrompt = async ({ api }: Work, slug: string, systemPrompt: string) => {
  const { revision } = await api('GET', `/api/agent-types/${slug}`);
  return api('PATCH', `/api/agent-types/${slug}`, { revision, systemPrompt });
};

job(24, 'Change how many of a type run at once', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'research', 'seo');
  await open(work, slug);
  await hand.writeNumber(page.getByRole('textbox', { name: 'Concurrency' }), '7');
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await saved(page, 2);
  expect(await api('GET', `/api/agent-types/${slug}`)).toMatchObject({ concurrency: 7, revision: 2 });
});

job(25, 'Change a prompt, with the difference shown before it is saved', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'copywriting', 'design');
  await withPrompt(work, slug, 'You write.\nYou are short.\nYou are kind.');
  await open(work, slug);
  await hand.write(page.getByLabel('System prompt'), 'You write.\nYou are brief.\nYou are kind.');
  await page.getByLabel('Assembled prompt').getByText('You are brief.').waitFor();
  await hand.press(page.getByRole('button', { name: 'Review' }));
  const dialog = page.getByRole('dialog', { name: '1 change to revision 2' });
  const lines = await dialog.getByLabel('Changed lines').innerText();
  expect(lines.split('\n').map(line => line.trim())).toEqual(
    expect.arrayContaining(['− You are short.', '+ You are brief.', 'You are kind.']),
  );
  expect((await api('GET', `/api/agent-types/${slug}`)).revision).toBe(2);
  await hand.press(dialog.getByRole('button', { name: 'Save' }));
  await saved(page, 3);
  expect((await api('GET', `/api/agent-types/${slug}`)).systemPrompt).toBe('You write.\nYou are brief.\nYou are kind.');
});

job(26, 'Roll a prompt back', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'qa', 'operations');
  const good = await withPrompt(work, slug, 'The prompt that worked.');
  await withPrompt(work, slug, 'The prompt that did not.');
  await open(work, slug);
  await hand.showTab(page.getByRole('tab', { name: 'Revisions' }));
  const row = page.getByRole('listitem').filter({ hasText: `Revision ${good.revision}` });
  await hand.press(row.getByRole('button', { name: 'Roll back to this' }));
  const dialog = page.getByRole('dialog', { name: `Roll back to revision ${good.revision}?` });
  await dialog.locator('del').getByText('The prompt that did not.').waitFor();
  await dialog.locator('ins').getByText('The prompt that worked.').waitFor();
  await hand.press(dialog.getByRole('button', { name: 'Roll back', exact: true }));
  await saved(page, good.revision + 2);
  expect(await api('GET', `/api/agent-types/${slug}`)).toMatchObject({
    systemPrompt: 'The prompt that worked.',
    revision: good.revision + 2,
  });
});

job(27, 'Compare two revisions', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'data-analysis', 'social-media');
  const first = await withPrompt(work, slug, 'One.\nTwo.\nThree.');
  await withPrompt(work, slug, 'In between.');
  const last = await withPrompt(work, slug, 'One.\nTwo!\nThree.');
  await open(work, slug);
  await hand.showTab(page.getByRole('tab', { name: 'Revisions' }));
  const compare = page.getByRole('region', { name: 'Compare revisions' });
  await hand.choose(compare.getByRole('button', { name: 'From revision' }), `revision ${first.revision}`);
  await hand.choose(compare.getByRole('button', { name: 'To revision' }), `revision ${last.revision}`);
  const lines = await compare.getByLabel('Changed lines').innerText();
  expect(lines.split('\n').map(line => line.trim())).toEqual(['One.', '− Two.', '+ Two!', 'Three.']);
  await page.waitForURL(new RegExp(`from=${first.revision}&to=${last.revision}`));
  const { items } = await api('GET', `/api/agent-types/${slug}/revisions`);
  expect(items).toHaveLength(last.revision);
});

job(28, 'Pause one agent type', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'legal', 'finance');
  const task = await api('POST', '/api/tasks', { title: 'Read it', assignedTo: slug });
  const read = async () => (await api('GET', `/api/tasks/${task.id}`)).status;
  await hand.goTo('Dashboard');
  await hand.press(page.getByRole('button', { name: `Pause ${slug}` }));
  const resume = page.getByRole('button', { name: `Resume ${slug}` });
  await resume.waitFor();
  // The same button is the way back.
  await hand.expectFocusOn(resume);
  await expect.poll(async () => (await api('GET', `/api/agent-types/${slug}`)).paused).toBe(true);
  await expect.poll(read).toBe('held');
  await hand.press(resume);
  await page.getByRole('button', { name: `Pause ${slug}` }).waitFor();
  await expect.poll(read).toBe('ready');
});

job(29, 'Make a new agent type', async work => {
  const { page, hand, api } = work;
  const slug = `reviewer-${hand.name}`;
  await hand.goTo('Agents');
  await hand.press(page.getByRole('button', { name: 'New agent type' }));
  const dialog = page.getByRole('dialog', { name: 'New agent type' });
  await hand.expectFocusOn(dialog.getByLabel('Slug'));
  await hand.write(dialog.getByLabel('Slug'), slug);
  await hand.write(dialog.getByLabel('Name'), 'Reviewer');
  await hand.write(dialog.getByLabel('Description'), 'Reads what others wrote');
  await hand.press(dialog.getByRole('button', { name: 'Make it' }));
  await page.getByRole('form', { name: `Settings of ${slug}` }).waitFor();
  expect(await api('GET', `/api/agent-types/${slug}`)).toMatchObject({
    name: 'Reviewer',
    description: 'Reads what others wrote',
    revision: 1,
  });
});

job(30, 'Delete an agent type', async work => {
  const { page, hand, api, board } = work;
  const slug = `short-lived-${hand.name}`;
  await api('POST', '/api/agent-types', { slug, name: 'Short-lived' });
  await open(work, slug);
  const button = page.getByRole('button', { name: 'Delete this agent type' });
  await hand.press(button);
  const dialog = page.getByRole('alertdialog', { name: `Delete ${slug}?` });
  await dialog.waitFor();
  if (hand.name === 'keys') {
    await hand.expectFocusOn(dialog);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await hand.expectFocusOn(button);
    await hand.press(button);
  }
  await hand.press(dialog.getByRole('button', { name: 'Delete it' }));
  await page.waitForURL(/\/agents$/);
  expect((await board.api('GET', `/api/agent-types/${slug}`)).status).toBe(404);
});

job(31, 'Send a test message to an agent type', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'project-management', 'marketing-team-lead');
  await open(work, slug);
  await hand.press(page.getByRole('button', { name: 'Send a test message' }));
  const dialog = page.getByRole('dialog', { name: `Test ${slug}` });
  await hand.expectFocusOn(dialog.getByLabel('Message'));
  await hand.write(dialog.getByLabel('Message'), 'Are you there?');
  await hand.press(dialog.getByRole('button', { name: 'Send the test' }));
  await page.waitForURL(/threads\/[0-9a-f]{24}/);
  await page.getByRole('article').getByText('Are you there?').waitFor();
  const { items } = await api('GET', `/api/messages?assignedTo=${slug}`);
  expect(items).toMatchObject([{ body: 'Are you there?', status: 'queued' }]);
});

job(32, 'Take agent types out as a file and in again', async work => {
  const { page, hand, api } = work;
  const slug = `imported-${hand.name}`;
  await hand.goTo('Agents');
  const saving = page.waitForEvent('download');
  await hand.press(page.getByRole('link', { name: 'Export agent types' }));
  const download = await saving;
  expect(download.suggestedFilename()).toBe('agent-types.yaml');
  const text = readFileSync(await download.path(), 'utf8');
  expect(parse(text).agentTypes).toHaveLength((await api('GET', '/api/agent-types?limit=200')).items.length);
  await hand.press(page.getByRole('button', { name: 'Import agent types' }));
  const dialog = page.getByRole('dialog', { name: 'Import agent types' });
  await hand.expectFocusOn(dialog.getByLabel('YAML'));
  const yaml = `agentTypes: [{slug: ${slug}, name: Imported}, {slug: customer-support, name: Help by ${hand.name}}]`;
  await hand.write(dialog.getByLabel('YAML'), yaml);
  await hand.press(dialog.getByRole('button', { name: 'Check it' }));
  const items = dialog.getByRole('list', { name: 'What the import does' }).getByRole('listitem');
  await items.filter({ hasText: slug }).getByText('created').waitFor();
  await items.filter({ hasText: 'customer-support' }).getByText('updated').waitFor();
  expect((await api('GET', '/api/agent-types/customer-support')).name).not.toBe(`Help by ${hand.name}`);
  await hand.press(dialog.getByRole('button', { name: 'Import 2 agent types' }));
  await dialog.waitFor({ state: 'detached' });
  expect((await api('GET', '/api/agent-types/customer-support')).name).toBe(`Help by ${hand.name}`);
  expect((await api('GET', `/api/agent-types/${slug}`)).name).toBe('Imported');
});

job(33, 'Give an agent type a daily budget', async work => {
  const { page, hand, api } = work;
  const slug = typeFor(work, 'sales', 'localization');
  await open(work, slug);
  await hand.writeNumber(page.getByRole('textbox', { name: /^Daily budget/ }), '12.5');
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await saved(page, 2);
  expect(await api('GET', `/api/agent-types/${slug}`)).toMatchObject({
    thresholds: { dailyBudgetUsd: 12.5 },
    budget: { state: 'unenforced', dailyUsd: 12.5 },
  });
});

job(34, 'Read the prompt that an agent would get for a real thread', async work => {
  const { page, hand, api, named } = work;
  const slug = typeFor(work, 'customer-support', 'email-marketing');
  const subject = named('The broken kettle');
  const message = await api('POST', '/api/messages', { subject, body: 'It leaks.', assignedTo: slug });
  await api('PATCH', `/api/threads/${message.threadId}`, { assignedTo: slug });
  await open(work, slug);
  await hand.choose(page.getByRole('button', { name: 'For the thread' }), subject);
  await page.getByLabel('Assembled prompt').getByText('It leaks.').waitFor();
  const { prompt } = await api('POST', `/api/agent-types/${slug}/preview`, { threadId: message.threadId });
  expect(prompt).toContain('It leaks.');
});

job(35, 'Go on editing an agent type that somebody else has just saved', async work => {
  const { page, hand, api } = work;
  const slug = `shared-${hand.name}`;
  await api('POST', '/api/agent-types', { slug, name: 'Shared', description: 'As it was' });
  await open(work, slug);
  await hand.write(page.getByLabel('Description'), 'Mine');
  await api('PATCH', `/api/agent-types/${slug}`, { revision: 1, name: 'Theirs' });
  const notice = page.getByRole('alert').filter({ hasText: 'Revision 2 was saved while you were editing' });
  await notice.locator('ins').getByText('Theirs').waitFor();
  // What was being typed is still there, with the focus where it was.
  await hand.expectFocusOn(page.getByLabel('Description'));
  expect(await page.getByLabel('Description').inputValue()).toBe('Mine');
  await hand.press(notice.getByRole('button', { name: 'Understood' }));
  await notice.waitFor({ state: 'detached' });
  await hand.press(page.getByRole('button', { name: 'Save', exact: true }));
  await saved(page, 3);
  expect(await api('GET', `/api/agent-types/${slug}`)).toMatchObject({ name: 'Theirs', description: 'Mine' });
});
