import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { startSwitchboard, type Switchboard } from '../support/switchboard';
import { PAGES } from './page-barriers';

/** The pages as a person meets them: a real browser on the real server. */

let board: Switchboard;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
  context = await browser.newContext({ baseURL: board.url });
  const answer = await context.request.post('/api/auth/session', {
    data: { token: board.adminToken },
    headers: { origin: board.url },
  });
  expect(answer.status()).toBe(204);
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

const isLive = (page: Page) => page.locator('[data-testid="live-badge"][data-state="live"]').waitFor();

/** A page of the signed-in context that remembers whether it was loaded again. */
async function openPage(path: string): Promise<{ page: Page; loads: string[] }> {
  const page = await context.newPage();
  await page.goto(path);
  await isLive(page);
  const loads: string[] = [];
  page.on('load', () => loads.push(page.url()));
  return { page, loads };
}

const post = async (path: string, body: unknown) => {
  const answer = await board.api('POST', path, body);
  expect([200, 201]).toContain(answer.status);
  return answer.body;
};

describe('signing in', () => {
  it('takes the code of the link out of the address bar and shows a live dashboard', async () => {
    const link = /http\S+\/login#\S+/.exec(board.stdout())![0];
    const stranger = await browser.newContext({ baseURL: board.url });
    const page = await stranger.newPage();
    await page.goto(link);
    await page.waitForURL(`${board.url}/`);
    await isLive(page);
    expect(await page.locator('[data-testid="live-badge"]').innerText()).toMatch(/^LIVE/);
    expect(
      await page.evaluate(() => [...performance.getEntriesByType('navigation')].map(entry => entry.name).join()),
    ).not.toContain('swb_code');
    await stranger.close();
  });

  it('says what is wrong with a code that was used', async () => {
    const stranger = await browser.newContext({ baseURL: board.url });
    const page = await stranger.newPage();
    await page.goto(/http\S+\/login#\S+/.exec(board.stdout())![0]);
    await page.getByRole('alert').filter({ hasText: 'works once' }).waitFor();
    expect(page.url()).toBe(`${board.url}/login`);
    await stranger.close();
  });

  it('sends who is not signed in to the sign-in page and, after a token, back to where they were', async () => {
    const stranger = await browser.newContext({ baseURL: board.url });
    const page = await stranger.newPage();
    await page.goto('/agents/research');
    await page.waitForURL('**/login?next=*');
    await page.getByLabel('Token or code').fill(await board.tokenFor('viewer'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${board.url}/agents/research`);
    await page.getByRole('heading', { name: 'Research', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await stranger.close();
  });
});

describe('a thread', () => {
  it('shows a message posted elsewhere, without reload', async () => {
    const first = await post('/api/messages', { body: 'the first word', assignedTo: 'human' });
    const { page, loads } = await openPage(`/threads/${first.threadId}`);
    await page.getByText('the first word').last().waitFor();
    await post(`/api/threads/${first.threadId}/messages`, { body: 'the second word', assignedTo: null });
    await page.getByRole('article').filter({ hasText: 'the second word' }).waitFor({ timeout: 2_000 });
    expect(loads).toEqual([]);
    await page.close();
  });

  it('is called by its words, without the marks of Markdown', async () => {
    const named = await post('/api/messages', { subject: '**Ship** `it`', body: 'now', assignedTo: null });
    await post('/api/messages', { body: '## Look\n\n- at **this**', assignedTo: null });
    const { page } = await openPage('/threads');
    await page.getByRole('link', { name: 'Look at this' }).waitFor();
    await page.goto(`/threads/${named.threadId}`);
    await page.getByRole('heading', { name: 'Ship it', exact: true }).waitFor();
    expect(await page.title()).toBe('Ship it · Switchboard');
    await page.close();
  });

  it('says whom it is for, also when that type was deleted, and when it is people', async () => {
    await post('/api/agent-types', { slug: 'short-lived', name: 'Short-lived', description: 'one', systemPrompt: 'x' });
    const gone = await post('/api/threads', { subject: 'for one who left', assignedTo: 'short-lived' });
    const people = await post('/api/threads', { subject: 'for people', assignedTo: 'human' });
    expect((await board.api('DELETE', '/api/agent-types/short-lived')).status).toBe(204);
    const { page } = await openPage('/threads');
    for (const [thread, name] of [
      [gone, 'short-lived'],
      [people, 'human'],
    ]) {
      await page.goto(`/threads/${thread.id}`);
      const fields = page.getByRole('button', { name: /(Assigned to|^To|To$)/ });
      await expect.poll(() => fields.allInnerTexts(), { timeout: 10_000 }).toEqual([name, name]);
    }
    await page.close();
  });

  it('sends what is written in the composer', async () => {
    const first = await post('/api/messages', { body: 'over to you', assignedTo: null });
    const { page } = await openPage(`/threads/${first.threadId}`);
    await page.getByLabel('Message', { exact: true }).fill('**sent** from the page');
    await page.getByRole('button', { name: 'Send' }).click();
    // Not the row that is marked as being sent: the one the server has agreed to.
    await page.getByRole('article', { name: 'Message from admin' }).filter({ hasText: 'sent from the page' }).waitFor();
    const { body } = await board.api('GET', `/api/threads/${first.threadId}/messages`);
    expect(body.items.map((item: { body: string }) => item.body)).toEqual(['over to you', '**sent** from the page']);
    await page.close();
  });

  it('shows what agents write as text: no markup of theirs runs, no picture of theirs is loaded', async () => {
    const asked: string[] = [];
    const evil =
      'x <img src="https://tracker.example/a.png" onerror="window.hurt=1"> ![pixel](https://tracker.example/b.png) [go](javascript:window.hurt=1)';
    const first = await post('/api/messages', { body: evil, assignedTo: null });
    const { page } = await openPage('/');
    page.on('request', request => asked.push(request.url()));
    await page.goto(`/threads/${first.threadId}`);
    await page.getByRole('article').waitFor();
    expect(asked.filter(url => url.includes('tracker.example'))).toEqual([]);
    expect(await page.locator('article img').count()).toBe(0);
    expect(await page.locator('article a[href^="javascript"]').count()).toBe(0);
    expect(await page.evaluate(() => (window as { hurt?: number }).hurt)).toBeUndefined();
    await page.close();
  });
});

describe('an agent type', () => {
  it('changed in one tab shows in the other within a second, without reload', async () => {
    const one = await openPage('/agents/copywriting');
    const other = await openPage('/agents/copywriting');
    await other.page.getByLabel('Name').waitFor();
    await one.page.getByLabel('Name').fill('Words that sell');
    await one.page.getByText('1 change', { exact: true }).waitFor();
    await one.page.getByRole('button', { name: 'Save' }).click();
    await one.page.getByText('revision 2', { exact: true }).waitFor();
    await other.page.getByRole('heading', { name: 'Words that sell' }).waitFor({ timeout: 1_000 });
    expect(await other.page.getByLabel('Name').inputValue()).toBe('Words that sell');
    expect([...one.loads, ...other.loads]).toEqual([]);
    await one.page.close();
    await other.page.close();
  });

  it('keeps what is being edited when another saves, and says what they changed', async () => {
    const { page } = await openPage('/agents/seo');
    await page.getByLabel('Description').fill('Mine, not saved yet');
    const { body } = await board.api('GET', '/api/agent-types/seo');
    await board.api('PATCH', '/api/agent-types/seo', { name: 'Theirs', revision: body.revision });
    await page.getByRole('alert').filter({ hasText: 'was saved while you were editing' }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Theirs');
    expect(await page.getByLabel('Description').inputValue()).toBe('Mine, not saved yet');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`revision ${body.revision + 2}`, { exact: true }).waitFor();
    const after = await board.api('GET', '/api/agent-types/seo');
    expect(after.body).toMatchObject({ name: 'Theirs', description: 'Mine, not saved yet' });
    await page.close();
  });
});

describe('a list', () => {
  it('keeps its filter beside what is opened from it, and Escape goes back to the row', async () => {
    for (const title of ['Look here', 'Look there']) await post('/api/tasks', { title, assignedTo: 'qa' });
    const { page, loads } = await openPage('/tasks?assignedTo=qa');
    await page.getByRole('link', { name: 'Look here' }).press('Enter');
    await page.waitForURL(/\/tasks\/[0-9a-f]{24}\?assignedTo=qa$/);
    await page.getByRole('heading', { name: 'Look here' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/tasks?assignedTo=qa');
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('Look here'));
    expect(loads).toEqual([]);
    await page.close();
  });

  it('is walked by j and k, be it rows, a table or a tree', async () => {
    for (const name of ['Acme', 'Bolt'])
      await post('/api/projects', { kind: 'client', slug: name.toLowerCase(), name });
    const { page } = await openPage('/tasks');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    for (const path of ['/tasks', '/agents', '/projects']) {
      await page.goto(path);
      const links = page.locator('main section').locator('li a, tbody a');
      await links.nth(1).waitFor();
      const [first, second] = await links.evaluateAll(all => all.map(link => link.getAttribute('href')));
      for (const [key, href] of [
        ['j', first],
        ['j', second],
        ['k', first],
      ] as const) {
        await page.keyboard.press(key);
        await expect.poll(focused, { timeout: 5_000 }).toBe(href);
      }
    }
    await page.close();
  });

  it('is not left by Escape while something typed in it is not sent', async () => {
    const first = await post('/api/messages', { body: 'what do you think?', assignedTo: null });
    const { page } = await openPage(`/threads/${first.threadId}`);
    await page.getByLabel('Message', { exact: true }).fill('half a thought');
    await page.getByRole('group', { name: 'Messages' }).focus();
    await page.keyboard.press('Escape');
    await page.getByLabel('Message', { exact: true }).fill('');
    expect(page.url()).toContain(first.threadId);
    await page.getByRole('group', { name: 'Messages' }).focus();
    await page.keyboard.press('Escape');
    await page.waitForURL('**/threads');
    await page.close();
  });
});

describe('the connection', () => {
  it('says when it is lost, and shows what happened meanwhile once it is back', async () => {
    const first = await post('/api/messages', { body: 'before', assignedTo: null });
    const { page, loads } = await openPage(`/threads/${first.threadId}`);
    await board.kill();
    await page.locator('[data-testid="live-badge"]:not([data-state="live"])').waitFor();
    expect(await page.locator('[data-testid="live-badge"]').innerText()).toMatch(/RECONNECTING|OFFLINE/);
    await board.restart();
    await post(`/api/threads/${first.threadId}/messages`, { body: 'after', assignedTo: null });
    await page.getByRole('article').filter({ hasText: 'after' }).waitFor({ timeout: 20_000 });
    await isLive(page);
    expect(loads).toEqual([]);
    await page.close();
  });
});

describe('every page', () => {
  it('is reached by two keys, and the keys tell of themselves', async () => {
    await post('/api/messages', { subject: 'for the keys', assignedTo: 'research', body: 'hello' });
    const { page, loads } = await openPage('/');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/threads');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.matches('input[type="search"]'))).toBe(true);
    // Letters are letters while one writes.
    await page.keyboard.type('g?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.locator('main li[aria-posinset]').first().waitFor();
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.closest('li[aria-posinset]'));
    await page.keyboard.press('Enter');
    await page.waitForURL(/threads\/[0-9a-f]{24}|threads\?.+/);

    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('Inbox', { exact: true }).waitFor();
    await keys.getByRole('switch', { name: 'Single keys' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    const before = page.url();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    expect(page.url()).toBe(before);
    expect(loads).toEqual([]);
    await page.evaluate(() => localStorage.removeItem('switchboard-keys'));
    await page.close();
  });

  it('takes no letter for a command while single keys are off, in its lists and the inbox neither', async () => {
    for (const subject of ['one', 'two'])
      await post('/api/messages', { subject, assignedTo: 'research', body: 'hello' });
    await post('/api/messages', { subject: 'to people', assignedTo: 'human', body: 'hello' });
    const { page } = await openPage('/threads');
    const rows = page.locator('main [data-row]');
    const placeAfterJ = async () => {
      await rows.nth(1).waitFor();
      await rows.first().locator('a').first().focus();
      await page.keyboard.press('j');
      return page.evaluate(() => document.activeElement?.closest('[data-row]')?.getAttribute('aria-posinset'));
    };
    expect(await placeAfterJ()).toBe('2');
    await page.evaluate(() => localStorage.setItem('switchboard-keys', 'off'));
    await page.reload();
    expect(await placeAfterJ()).toBe('1');
    await page.goto('/inbox');
    await rows.first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    expect(page.url()).toBe(`${board.url}/inbox`);
    expect(await page.getByText('move', { exact: true }).count()).toBe(0);
    await page.evaluate(() => localStorage.removeItem('switchboard-keys'));
    await page.close();
  });

  it('is reached from the navigation', async () => {
    const { page } = await openPage('/');
    const hrefs = await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link')
      .evaluateAll(links => links.map(link => link.getAttribute('href')));
    expect(hrefs).toEqual(expect.arrayContaining(PAGES.filter(path => !path.includes('/', 1))));
    await page.close();
  });
});

describe('more agent types than a page of the API holds', () => {
  it('are all there to be found', async () => {
    const many = Array.from({ length: 200 }, (_, at) => `  - slug: many-${at}\n    name: Many\n    description: one\n`);
    const answer = await context.request.post('/api/agent-types/import', {
      data: `agentTypes:\n${many.join('')}`,
      headers: { origin: board.url, 'content-type': 'application/yaml' },
    });
    expect(answer.status()).toBe(200);
    const { page } = await openPage('/agents?q=a');
    for (const slug of ['copywriting', 'seo', 'many-0', 'many-199']) {
      await page.goto(`/agents?q=${slug}`);
      await page.getByRole('link', { name: slug, exact: true }).waitFor();
    }
    await page.close();
  });
});
