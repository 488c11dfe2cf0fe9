import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { startSwitchboard, until, type Switchboard } from '../support/switchboard';
import { inboxWork } from './inbox-work';
import { widerBy } from './page-barriers';

/** The inbox as a person works through it: a real browser on the real server and database. */

/** Far longer than anything here takes, and short enough to say soon that something hangs. */
const PATIENCE_MS = 10_000;

let board: Switchboard;
let browser: Browser;
let signedIn: Awaited<ReturnType<BrowserContext['storageState']>>;
let make: ReturnType<typeof inboxWork>;
const troubles: string[] = [];

beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
  make = inboxWork(board, await board.tokenFor('orchestrator'));
  const context = await browser.newContext({ baseURL: board.url });
  const answer = await context.request.post('/api/auth/session', {
    data: { token: board.adminToken },
    headers: { origin: board.url },
  });
  expect(answer.status()).toBe(204);
  signedIn = await context.storageState();
  await context.close();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expect(troubles.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

/** A signed-in page that remembers what went wrong in it and whether it was loaded again. */
async function openInbox(
  path = '/inbox',
  more: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
) {
  const context = await browser.newContext({
    baseURL: board.url,
    storageState: signedIn,
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 900 },
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', message => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', error => troubles.push(error.message));
  await prepare?.(page);
  await page.goto(path);
  await page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  return { page, loads };
}

const rowOf = (page: Page, text: string) =>
  page.getByRole('group', { name: 'What waits' }).getByRole('link').filter({ hasText: text });
const answersIn = async (threadId: string): Promise<{ body: string; from: { kind: string; id: string } }[]> => {
  const { body } = await board.api('GET', `/api/threads/${threadId}/messages`);
  return body.items.filter(({ kind }: { kind: string }) => kind === 'answer');
};
const isWaiting = async (id: string): Promise<boolean> =>
  (await board.api('GET', '/api/inbox?limit=200')).body.items.some((item: { id: string }) => item.id === id);
const focusIsInPanel = (page: Page) =>
  page.evaluate(() => document.activeElement?.matches('[role="group"][tabindex="-1"]'));

describe('a question', () => {
  it('is answered by mouse, from the alarm to the answer, and the next one opens', async () => {
    const asked = await make.ask({ question: 'Which colour?', options: ['teal', 'amber'] });
    const other = await make.ask({ question: 'Which size?' });
    const { page } = await openInbox('/');
    await page.getByRole('status', { name: 'Alarms' }).getByText('2 questions wait for you').waitFor();
    await page.getByTestId('inbox-count').getByText('2').waitFor();
    await page.getByRole('status', { name: 'Alarms' }).getByRole('link', { name: 'answer' }).click();
    await page.waitForURL('**/inbox?item=*');
    await rowOf(page, 'Which colour?').click();
    await page.getByRole('button', { name: 'amber' }).click();
    await page.getByRole('group', { name: 'question: Which size?' }).waitFor();
    expect(await focusIsInPanel(page)).toBe(true);
    expect(await rowOf(page, 'Which colour?').count()).toBe(0);
    expect(await answersIn(asked.threadId)).toMatchObject([{ body: 'amber', from: { kind: 'user' } }]);
    await page.getByLabel('Answer in your own words').fill('**large**, please');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    expect(await page.getByTestId('inbox-count').count()).toBe(0);
    expect(await answersIn(other.threadId)).toMatchObject([{ body: '**large**, please' }]);
    expect(await isWaiting(other.questionId)).toBe(false);
  });

  it('is answered by keyboard alone: by the number of a choice, and in words', async () => {
    const asked = await make.ask({ question: 'Ship today?', options: ['ship it', 'hold it'] });
    const { page } = await openInbox();
    await rowOf(page, 'Ship today?').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('group', { name: 'question: Ship today?' }).waitFor();
    expect(await focusIsInPanel(page)).toBe(true);
    await page.keyboard.press('2');
    await page.getByText('Nothing waits for you.').waitFor();
    expect(await answersIn(asked.threadId)).toMatchObject([{ body: 'hold it' }]);
    const blocked = await make.block('no access to the repository', 'a deploy key with read access');
    await rowOf(page, 'no access to the repository').waitFor({ timeout: 2_000 });
    await page.keyboard.press('j');
    await page.getByRole('group', { name: 'blocker: no access to the repository' }).waitFor();
    await page.keyboard.press('Enter');
    // A digit that is typed is a digit.
    await page.keyboard.type('1 key is in the vault');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Nothing waits for you.').waitFor();
    expect(await answersIn(blocked.threadId)).toMatchObject([{ body: '1 key is in the vault' }]);
  });

  it('counts its deadline down, and is gone without a reload when its default is taken', async () => {
    const { page, loads } = await openInbox();
    const deadline = new Date(Date.now() + 7_000).toISOString();
    const asked = await make.ask({
      question: 'Keep the name?',
      options: ['keep', 'change'],
      default: 'keep',
      deadline,
    });
    await rowOf(page, 'Keep the name?').click();
    await page.getByText('Without an answer keep holds').waitFor();
    const countdown = page.getByRole('form', { name: 'Answer' }).locator('time');
    const first = await countdown.innerText();
    expect(first).toMatch(/^default in \d s$/);
    await until(async () => (await countdown.innerText()) !== first, 3_000);
    await page.getByText('It no longer waits').waitFor({ timeout: 12_000 });
    expect(await answersIn(asked.threadId)).toMatchObject([{ body: 'keep', from: { kind: 'system' } }]);
    expect(loads).toEqual([]);
  });

  it('answered elsewhere keeps what was being written, and cannot be answered twice', async () => {
    const asked = await make.ask({ question: 'Which tone?' });
    const { page } = await openInbox();
    await rowOf(page, 'Which tone?').click();
    await page.getByLabel('Answer in your own words').fill('dry, with');
    await board.api('POST', `/api/threads/${asked.threadId}/messages`, { body: 'warm', inReplyTo: asked.questionId });
    await page.getByText('It no longer waits').waitFor({ timeout: 2_000 });
    expect(await page.getByLabel('Answer in your own words').inputValue()).toBe('dry, with');
    expect(await page.getByRole('button', { name: 'Answer', exact: true }).isDisabled()).toBe(true);
    expect(await answersIn(asked.threadId)).toMatchObject([{ body: 'warm' }]);
  });
});

describe('a message to people', () => {
  it('is read and marked done, and is gone in another tab that was not reloaded', async () => {
    const told = await make.tell('The **draft** of the page is ready.');
    const { page } = await openInbox();
    const other = await openInbox('/threads');
    await other.page.getByTestId('inbox-count').getByText('1').waitFor();
    await rowOf(page, 'The draft of the page is ready.').click();
    const panel = page.getByRole('group', { name: 'message: The draft of the page is ready.' });
    await panel.getByRole('heading', { name: 'The message' }).waitFor();
    expect(await page.getByRole('status', { name: 'Alarms' }).getByText('for you').count()).toBe(0);
    await panel.getByRole('button', { name: 'Mark done' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    await other.page.getByTestId('inbox-count').waitFor({ state: 'detached' });
    expect(other.loads).toEqual([]);
    expect((await board.api('GET', `/api/messages/${told.id}`)).body).toMatchObject({ status: 'done' });
  });

  it('that a driver inserts comes by itself, and goes when a person replies in its thread or the thread is done', async () => {
    const { page, loads } = await openInbox('/inbox?kind=message');
    await page.getByText('No message waits.').waitFor();
    const replied = await make.insertRaw({ body: 'Backups ran.', assignedTo: 'human' });
    const closed = await make.insertRaw({ body: 'Disk is half full.', assignedTo: 'human' });
    await rowOf(page, 'Disk is half full.').waitFor();
    await rowOf(page, 'Backups ran.').click();
    await page.getByRole('link', { name: 'Reply in its thread' }).click();
    await page.waitForURL(`**/threads/${replied}`);
    await page.getByLabel('Message', { exact: true }).fill('Good.');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByTestId('inbox-count').getByText('1').waitFor();
    expect([await isWaiting(replied), await isWaiting(closed)]).toEqual([false, true]);
    await board.api('PATCH', `/api/threads/${closed}`, { status: 'done' });
    await page.getByTestId('inbox-count').waitFor({ state: 'detached' });
    expect(loads).toEqual([]);
  });
});

describe('other work that waits', () => {
  it('a late output is read and accepted; another is discarded, but not before it was asked', async () => {
    const first = await make.comeBackLate('The **finished** page, a little late.');
    const { page } = await openInbox();
    await rowOf(page, 'The finished page').click();
    await page.getByRole('heading', { name: /^What came back under epoch 1/ }).waitFor();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    const { body } = await board.api('GET', `/api/threads/${first.threadId}/messages`);
    expect(body.items).toMatchObject([{ body: 'The **finished** page, a little late.', late: true }]);
    const second = await make.comeBackLate('Not wanted any more.');
    await rowOf(page, 'Not wanted any more.').waitFor({ timeout: 2_000 });
    await page.keyboard.press('j');
    await page.getByRole('group', { name: 'late-output: Not wanted any more.' }).waitFor();
    await page.keyboard.press('d');
    await page.waitForFunction(() => document.activeElement?.matches('[role="alertdialog"]'));
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog', { name: 'Discard this output?' }).waitFor({ state: 'detached' });
    expect([await isWaiting(second.id), await focusIsInPanel(page)]).toEqual([true, true]);
    await page.keyboard.press('d');
    await page.getByRole('button', { name: 'Discard the output' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    expect(await isWaiting(second.id)).toBe(false);
  });

  it('dead work is tried again, handed over and laid aside by what the API has for it', async () => {
    const dead = await make.die('Check the links', 'exit 1: no network');
    const given = await make.die('Read the logs', 'exit 2');
    const incomplete = await make.endIncomplete('Gather the keywords');
    const { page } = await openInbox('/inbox?kind=dead');
    await rowOf(page, 'Check the links').click();
    await page.getByRole('heading', { name: 'Why it stands still' }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('group', { name: 'dead: Read the logs' }).waitFor();
    await page.getByRole('button', { name: 'Hand it over to' }).click();
    await page.getByRole('option', { name: /^legal/ }).click();
    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.getByText('No dead work waits.').waitFor();
    await page.getByRole('button', { name: 'Show all kinds' }).click();
    await rowOf(page, 'Gather the keywords').click();
    await page.getByText('keyword list', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Lay it aside' }).click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    const tasks = await Promise.all(
      [dead, given, incomplete].map(async ({ taskId }) => (await board.api('GET', `/api/tasks/${taskId}`)).body),
    );
    expect(tasks).toMatchObject([
      { status: 'ready', attempts: 0 },
      { status: 'ready', assignedTo: 'legal' },
      { status: 'cancelled' },
    ]);
  });

  it('appears without a reload, in the list, beside the page’s name and as a notification that was asked for', async () => {
    const { page, loads } = await openInbox('/inbox', { permissions: ['notifications'] }, recordNotifications);
    await page.getByText('Nothing waits for you.').waitFor();
    await make.ask({ question: 'Nobody asked to be told of this one' });
    await rowOf(page, 'Nobody asked').waitFor({ timeout: 2_000 });
    expect(await shownBy(page)).toEqual([]);
    await page.getByRole('button', { name: 'Notify me in the browser' }).click();
    await page.getByText('Notifying').waitFor();
    await page.goto('/threads');
    await page.getByTestId('inbox-count').getByText('1').waitFor();
    loads.length = 0;
    const id = await make.insertRaw({ body: 'for somebody', assignedTo: 'no-such-type' });
    await page.getByTestId('inbox-count').getByText('2').waitFor({ timeout: 5_000 });
    await until(async () => (await shownBy(page)).length > 0, 2_000);
    expect(await shownBy(page)).toEqual([{ title: 'no-such-type: unroutable', body: 'for somebody', tag: id }]);
    expect(loads).toEqual([]);
  });

  it('is not told where the browser denies it, and the page says so', async () => {
    const { page } = await openInbox('/inbox', {}, denyNotifications);
    await page.getByRole('button', { name: 'Notify me in the browser' }).click();
    await page.getByText('The browser blocks notifications here').waitFor();
    await page.reload();
    await page.getByText('The browser blocks notifications here').waitFor();
  });
});

interface Shown {
  title: string;
  body: string;
  tag: string;
}
const shownBy = (page: Page): Promise<Shown[]> => page.evaluate(() => (window as unknown as { shown: Shown[] }).shown);

/** The browser has no tray to look into: what is handed to it is written down. Nobody looks at the page. */
const recordNotifications = (page: Page) =>
  page.addInitScript(() => {
    const shown: unknown[] = [];
    Object.assign(window, { shown });
    document.hasFocus = () => false;
    window.Notification = class extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        shown.push({ title, body: options?.body, tag: options?.tag });
      }
    };
  });
const denyNotifications = (page: Page) =>
  page.addInitScript(() =>
    Object.defineProperty(Notification, 'permission', { configurable: true, get: () => 'denied' as const }),
  );

describe('for everybody', () => {
  it.each([
    ['light', { viewport: { width: 1440, height: 900 } }],
    ['dark', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ] as const)('has no barrier with an item of each sort open (%s)', async (colorScheme, size) => {
    await make.ask({ question: 'Open to all?', options: ['yes', 'no'], default: 'yes', deadline: inAnHour() });
    await make.tell('The page is up.');
    await make.die('Nobody could', 'exit 3');
    await make.comeBackLate('# Late\n\n| a | b |\n|---|---|\n| 1 | 2 |');
    const { items } = (await board.api('GET', '/api/inbox')).body;
    const { page } = await openInbox('/inbox', { colorScheme, ...size });
    const barriers: string[] = [];
    for (const path of ['/inbox', ...items.map(({ id }: { id: string }) => `/inbox?item=${id}`)]) {
      await page.goto(path);
      await page.waitForFunction(() => document.querySelector('.skeleton') === null);
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const { id, impact, nodes } of violations) {
        barriers.push(`${path}: ${impact} ${id} at ${nodes.map(each => each.target).join()}`);
      }
      const overflow = await widerBy(page);
      if (overflow > 0) barriers.push(`${path}: ${overflow} px wider than the screen`);
    }
    expect(barriers).toEqual([]);
  });

  it('shows a viewer what waits and offers nothing that the server would refuse', async () => {
    const context = await browser.newContext({ baseURL: board.url });
    const data = { token: await board.tokenFor('viewer') };
    await context.request.post('/api/auth/session', { data, headers: { origin: board.url } });
    const storageState = await context.storageState();
    const { page } = await openInbox('/inbox', { storageState });
    await rowOf(page, 'Open to all?').first().click();
    await page.getByRole('group', { name: 'question: Open to all?' }).waitFor();
    expect(await page.getByRole('form', { name: 'Answer' }).count()).toBe(0);
    await page.keyboard.press('1');
    expect((await board.api('GET', '/api/inbox?kind=question')).body.items.length).toBeGreaterThan(0);
  });
});

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
