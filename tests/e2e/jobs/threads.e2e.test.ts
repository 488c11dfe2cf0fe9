import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { startJobs, type Work } from './rig';

/** What is done with threads and the messages in them. */

const { job } = startJobs();

const rowOf = (page: Page, text: string) =>
  page.getByRole('group', { name: 'Threads, the latest first' }).getByRole('link').filter({ hasText: text });
const idIn = (page: Page): string => /threads\/([0-9a-f]{24})/.exec(page.url())![1]!;
const open = async ({ page, hand }: Work, subject: string): Promise<string> => {
  await hand.goTo('Threads');
  await hand.openRow(rowOf(page, subject));
  await page.waitForURL(/threads\/[0-9a-f]{24}/);
  return idIn(page);
};
const fact = (page: Page, label: RegExp) =>
  page.getByRole('complementary', { name: 'About the thread' }).getByRole('button', { name: label });

job(1, 'Start a thread', async ({ page, hand, api, named }) => {
  const subject = named('A page on tea');
  await hand.goTo('Threads');
  await hand.press(page.getByRole('button', { name: 'New thread' }));
  const dialog = page.getByRole('dialog', { name: 'New thread' });
  await hand.expectFocusOn(dialog.getByLabel('Subject'));
  await hand.write(dialog.getByLabel('Subject'), subject);
  await hand.write(dialog.getByLabel('Message'), 'Write **one** page.');
  await hand.choose(dialog.getByRole('button', { name: /To/ }), 'copywriting');
  await hand.choose(dialog.getByRole('button', { name: /Priority/ }), 'high');
  await hand.press(dialog.getByRole('button', { name: 'Start the thread' }));
  await page.getByRole('article').filter({ hasText: 'Write one page.' }).waitFor();
  const id = idIn(page);
  const { items } = await api('GET', `/api/threads/${id}/messages`);
  const message = { body: 'Write **one** page.', assignedTo: 'copywriting', priority: 'high', status: 'queued' };
  expect(items).toMatchObject([message]);
  expect(await api('GET', `/api/threads/${id}`)).toMatchObject({ subject });
});

job(2, 'Reply in a thread', async work => {
  const { page, hand, api, named } = work;
  const subject = named('Reply to this');
  await api('POST', '/api/messages', { subject, body: 'over to you', assignedTo: null });
  const id = await open(work, subject);
  await hand.write(page.getByLabel('Message', { exact: true }), 'Here is my reply');
  if (hand.name === 'mouse') await hand.press(page.getByRole('button', { name: 'Send' }));
  else await page.keyboard.press('Control+Enter');
  await page.getByRole('article', { name: 'Message from admin' }).filter({ hasText: 'Here is my reply' }).waitFor();
  const { items } = await api('GET', `/api/threads/${id}/messages`);
  expect(items.map(({ body }: { body: string }) => body)).toEqual(['over to you', 'Here is my reply']);
  // The next reply is written without reaching for anything.
  if (hand.name === 'keys') await hand.expectFocusOn(page.getByLabel('Message', { exact: true }));
});

job(3, 'Find a message by its words', async ({ page, hand, api, named }) => {
  const subject = named('A long talk');
  const first = await api('POST', '/api/messages', { subject, body: 'It begins.', assignedTo: null });
  const path = `/api/threads/${first.threadId}/messages`;
  const word = `marzipan${hand.name}`;
  const meant = await api('POST', path, { body: `Somewhere in it stands ${word}, once.`, assignedTo: null });
  for (let line = 0; line < 12; line += 1) {
    await api('POST', path, { body: `And ${'on and '.repeat(40)}on`, assignedTo: null });
  }
  if (hand.name === 'mouse') await hand.press(page.getByRole('button', { name: 'Search', exact: true }));
  else await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search' }).getByRole('searchbox').waitFor();
  await page.keyboard.type(word);
  await hand.pickFound(word);
  await page.waitForURL(`**/threads/${first.threadId}?message=${meant.id}`);
  const row = page.locator('li[aria-current="true"]').filter({ hasText: word });
  await row.waitFor();
  // In sight, above a dozen that came later.
  await expect.poll(() => row.evaluate(isInSight)).toBe(true);
  const { items } = await api('GET', `/api/messages?q=${word}`);
  expect(items.map(({ id }: { id: string }) => id)).toEqual([meant.id]);
});

job(4, 'Show only the threads that are urgent', async ({ page, hand, api, named }) => {
  const [urgent, other] = [named('The house is on fire'), named('A plant wants water')];
  await api('POST', '/api/messages', { subject: urgent, body: 'now', assignedTo: null, priority: 'urgent' });
  await api('POST', '/api/messages', { subject: other, body: 'soon', assignedTo: null });
  await hand.goTo('Threads');
  await rowOf(page, other).waitFor();
  await hand.choose(page.getByRole('button', { name: 'Priority' }), 'urgent');
  await rowOf(page, other).waitFor({ state: 'detached' });
  await page.waitForURL(/priority=urgent/);
  await page.reload();
  await rowOf(page, urgent).waitFor();
  const { items } = await api('GET', '/api/threads?priority=urgent');
  expect(await rowOf(page, '').count()).toBe(items.length);
});

job(5, 'Give a thread to another agent', async work => {
  const { page, hand, api, named } = work;
  const subject = named('Whose is this');
  await api('POST', '/api/messages', { subject, body: 'a note', assignedTo: null });
  const id = await open(work, subject);
  await hand.choose(fact(page, /Assigned to/), 'seo');
  await expect.poll(async () => (await api('GET', `/api/threads/${id}`)).assignedTo).toBe('seo');
});

job(6, 'Mark a thread as done', async work => {
  const { page, hand, api, named } = work;
  const subject = named('All is said');
  await api('POST', '/api/messages', { subject, body: 'a note', assignedTo: null });
  const id = await open(work, subject);
  await hand.choose(fact(page, /Status/), 'done');
  await expect.poll(async () => (await api('GET', `/api/threads/${id}`)).status).toBe('done');
});

job(7, 'Move a thread to another client, with what follows shown first', async work => {
  const { page, hand, api, named } = work;
  const client = (name: string, more: object) =>
    api('POST', '/api/projects', { kind: 'client', slug: `${name}-${hand.name}`, name: named(name), ...more });
  const [from, to] = [
    await client('old', { context: 'Be short.\nBe kind.', labels: { language: 'en' } }),
    await client('new', { context: 'Be long.\nBe kind.', labels: { language: 'de' } }),
  ];
  const subject = named('For whom is this');
  const message = { subject, body: 'a note', assignedTo: 'research', projectId: from.id };
  const { threadId, id } = await api('POST', '/api/messages', message);
  const task = await api('POST', '/api/tasks', { title: 'Look', assignedTo: 'research', threadId });
  await open(work, subject);
  await hand.choose(fact(page, /Project/), to.name);
  const dialog = page.getByRole('dialog', { name: `Move the thread to ${to.name}?` });
  await dialog.getByText('1 message and 1 task go along.').waitFor();
  const shown = await dialog.innerText();
  for (const words of [from.name, to.name, 'language', 'en', 'de', '− Be short.', '+ Be long.']) {
    expect(shown).toContain(words);
  }
  // Nothing has moved yet, and leaving it leaves it.
  await hand.press(dialog.getByRole('button', { name: 'Leave it here' }));
  await dialog.waitFor({ state: 'detached' });
  expect((await api('GET', `/api/threads/${threadId}`)).projectId).toBe(from.id);
  await hand.choose(fact(page, /Project/), to.name);
  await hand.press(dialog.getByRole('button', { name: 'Move the thread' }));
  await expect.poll(async () => (await api('GET', `/api/threads/${threadId}`)).projectId).toBe(to.id);
  // The thread first, then what it holds: a read may fall in between.
  await expect.poll(async () => (await api('GET', `/api/messages/${id}`)).projectId).toBe(to.id);
  await expect.poll(async () => (await api('GET', `/api/tasks/${task.id}`)).projectId).toBe(to.id);
  await dialog.waitFor({ state: 'detached' });
  await hand.expectFocusOn(fact(page, /Project/));
});

job(8, 'Take a message back that nobody should work on', async work => {
  const { page, hand, api, named } = work;
  const subject = named('Sent too soon');
  const message = await api('POST', '/api/messages', { subject, body: 'do it', assignedTo: 'design' });
  await open(work, subject);
  await hand.press(page.getByRole('article').getByRole('button', { name: 'Cancel' }));
  const dialog = page.getByRole('alertdialog', { name: 'Cancel this message?' });
  await hand.press(dialog.getByRole('button', { name: 'Cancel the message' }));
  await page.getByRole('article').getByText('cancelled', { exact: true }).waitFor();
  expect((await api('GET', `/api/messages/${message.id}`)).status).toBe('cancelled');
});

function isInSight(element: Element): boolean {
  const box = element.parentElement!.parentElement!.getBoundingClientRect();
  const { top, bottom } = element.getBoundingClientRect();
  return top >= box.top && bottom <= box.bottom;
}
