import { beforeAll, expect } from 'vitest';
import { inboxWork } from '../inbox-work';
import { startJobs, type Work } from './rig';

/** What is done with everything that waits for a person. */

const { job, board } = startJobs();
let make: ReturnType<typeof inboxWork>;
beforeAll(async () => {
  make = inboxWork(board(), await board().tokenFor('orchestrator'));
});

const MOST_ITEMS = 20;

/** The item that begins with these words: pressed in the list, or walked to by j. */
async function open({ page, hand }: Work, kind: string, text: string) {
  await hand.goTo('Inbox');
  const row = page.getByRole('group', { name: 'What waits' }).getByRole('link').filter({ hasText: text });
  const panel = page.getByRole('group', { name: `${kind}: ${text}` });
  await row.waitFor();
  if (hand.name === 'mouse') await row.click();
  else {
    for (let item = 0; item < MOST_ITEMS && (await panel.count()) === 0; item += 1) {
      await page.keyboard.press('j');
      await page.waitForURL(/item=/);
    }
  }
  await panel.waitFor();
  await hand.expectFocusOn(panel);
  return panel;
}

/** A button of the item, pressed or by the key that it shows. */
const act = ({ page, hand }: Work, name: string, key: string) =>
  hand.name === 'mouse' ? hand.press(page.getByRole('button', { name, exact: true })) : page.keyboard.press(key);

const isWaiting = async ({ api }: Work, id: string): Promise<boolean> =>
  (await api('GET', '/api/inbox?limit=200')).items.some((item: { id: string }) => item.id === id);

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

job(9, 'Answer a question before its deadline', async work => {
  const { page, hand, api, named } = work;
  const question = named('Which colour?');
  const ask = { question, options: ['teal', 'amber'], default: 'teal', deadline: inMinutes(10) };
  const asked = await make.ask(ask);
  const panel = await open(work, 'question', question);
  await panel.getByText('Without an answer teal holds').waitFor();
  await panel
    .getByRole('form', { name: 'Answer' })
    .locator('time')
    .getByText(/default in \d+/)
    .waitFor();
  if (hand.name === 'mouse') await hand.press(panel.getByRole('button', { name: 'amber' }));
  else await page.keyboard.press('2');
  await panel.waitFor({ state: 'detached' });
  const { items } = await api('GET', `/api/threads/${asked.threadId}/messages`);
  const answers = items.filter(({ kind }: { kind: string }) => kind === 'answer');
  expect(answers).toMatchObject([{ body: 'amber', from: { kind: 'user' } }]);
  expect(await isWaiting(work, asked.questionId)).toBe(false);
});

job(10, 'Tell a blocked agent how to go on', async work => {
  const { page, hand, api, named } = work;
  const reason = named('no access to the repository');
  const blocked = await make.block(reason, 'a deploy key with read access');
  const panel = await open(work, 'blocker', reason);
  await panel.getByText('a deploy key with read access').waitFor();
  if (hand.name === 'keys') await page.keyboard.press('Enter');
  const answer = panel.getByLabel('Answer in your own words');
  await hand.expectFocusOn(hand.name === 'keys' ? answer : panel);
  await hand.write(answer, 'The key is in the vault');
  if (hand.name === 'mouse') await hand.press(panel.getByRole('button', { name: 'Answer', exact: true }));
  else await page.keyboard.press('Control+Enter');
  await panel.waitFor({ state: 'detached' });
  const { items } = await api('GET', `/api/threads/${blocked.threadId}/messages`);
  const answers = items.filter(({ kind }: { kind: string }) => kind === 'answer');
  expect(answers).toMatchObject([{ body: 'The key is in the vault', inReplyTo: blocked.questionId }]);
  expect(await isWaiting(work, blocked.questionId)).toBe(false);
});

job(11, 'Accept a late output', async work => {
  const { api, named } = work;
  const output = named('The finished page');
  const late = await make.comeBackLate(output);
  const panel = await open(work, 'late-output', output);
  await act(work, 'Accept', 'a');
  await panel.waitFor({ state: 'detached' });
  const { items } = await api('GET', `/api/threads/${late.threadId}/messages`);
  expect(items).toMatchObject([{ body: output, late: true }]);
});

job(12, 'Discard a late output', async work => {
  const { page, hand, api, named } = work;
  const output = named('Not wanted any more');
  const late = await make.comeBackLate(output);
  const panel = await open(work, 'late-output', output);
  await act(work, 'Discard', 'd');
  const dialog = page.getByRole('alertdialog', { name: 'Discard this output?' });
  await dialog.waitFor();
  if (hand.name === 'keys') {
    // Nothing is lost to a slip: Escape keeps it, and the focus is back where it was.
    await hand.expectFocusOn(dialog);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await hand.expectFocusOn(panel);
    expect(await isWaiting(work, late.id)).toBe(true);
    await page.keyboard.press('d');
  }
  await hand.press(dialog.getByRole('button', { name: 'Discard the output' }));
  await panel.waitFor({ state: 'detached' });
  expect((await api('GET', `/api/threads/${late.threadId}/messages`)).items).toEqual([]);
  expect(await isWaiting(work, late.id)).toBe(false);
});

job(13, 'Try dead work again', async work => {
  const { api, named } = work;
  const title = named('Check the links');
  const dead = await make.die(title, 'exit 1: no network');
  const panel = await open(work, 'dead', title);
  await panel.getByText('exit 1: no network').first().waitFor();
  await act(work, 'Redrive', 'r');
  await panel.waitFor({ state: 'detached' });
  expect(await api('GET', `/api/tasks/${dead.taskId}`)).toMatchObject({ status: 'ready', attempts: 0 });
  await api('POST', `/api/tasks/${dead.taskId}/cancel`);
});

job(14, 'Hand work that nobody can take to an agent that exists', async work => {
  const { hand, api, named } = work;
  const body = named('For somebody who does not exist');
  const id = await make.insertRaw({ body, assignedTo: 'no-such-type' });
  const panel = await open(work, 'unroutable', body);
  await hand.choose(panel.getByRole('button', { name: 'Hand it over to' }), 'legal');
  await hand.press(panel.getByRole('button', { name: 'Hand over', exact: true }));
  await panel.waitFor({ state: 'detached' });
  expect(await api('GET', `/api/messages/${id}`)).toMatchObject({ assignedTo: 'legal', status: 'queued' });
});

job(15, 'Lay aside work that ended without what was asked', async work => {
  const { page, hand, api, named } = work;
  const title = named('Gather the keywords');
  const ended = await make.endIncomplete(title);
  const panel = await open(work, 'blocker', title);
  await panel.getByText('keyword list', { exact: true }).waitFor();
  await act(work, 'Lay it aside', 'c');
  const dialog = page.getByRole('alertdialog', { name: 'Cancel this task?' });
  await hand.press(dialog.getByRole('button', { name: 'Cancel the task' }));
  await panel.waitFor({ state: 'detached' });
  expect((await api('GET', `/api/tasks/${ended.taskId}`)).status).toBe('cancelled');
});
