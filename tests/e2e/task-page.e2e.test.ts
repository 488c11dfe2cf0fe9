import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { startSwitchboard, type Switchboard } from '../support/switchboard';

let board: Switchboard;
let browser: Browser;
beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage({ baseURL: board.url });
  const data = { token: board.adminToken };
  const answer = await page.request.post('/api/auth/session', { data, headers: { origin: board.url } });
  expect(answer.status()).toBe(204);
  await page.goto(path);
  return page;
}

const post = async (path: string, body: unknown) => {
  const answer = await board.api('POST', path, body);
  expect(answer.status).toBe(201);
  return answer.body;
};

const handOver = async (page: Page, slug: string) => {
  const choice = page.getByRole('button', { name: 'Hand it over to' });
  await choice.click();
  await page.getByRole('option', { name: new RegExp(`^${slug}`) }).click();
  await page.getByRole('button', { name: 'Hand over', exact: true }).click();
  await choice.waitFor({ state: 'detached' });
};
const messageOf = async (id: string) => (await board.api('GET', `/api/messages/${id}`)).body;

describe('a task whose agent type was deleted', () => {
  it('says so on its page, and is handed over there to one that exists', async () => {
    await post('/api/agent-types', { slug: 'fleeting', name: 'Fleeting', systemPrompt: 'Go.' });
    const { id } = await post('/api/tasks', { title: 'Left alone', assignedTo: 'fleeting' });
    const page = await open(`/tasks/${id}`);
    await page.getByRole('button', { name: 'Cancel the task' }).waitFor();
    const choice = page.getByRole('button', { name: 'Hand it over to' });
    expect(await choice.count()).toBe(0);
    await board.api('DELETE', '/api/agent-types/fleeting');
    await page.getByText("no agent type 'fleeting'").first().waitFor();
    await handOver(page, 'legal');
    const { body } = await board.api('GET', `/api/tasks/${id}`);
    expect(body).toMatchObject({ status: 'ready', assignedTo: 'legal', reason: null });
    await page.close();
  });
});

describe('a message that stands still', () => {
  it('is handed over in its thread, while nobody can take it and not before', async () => {
    await post('/api/agent-types', { slug: 'leaving', name: 'Leaving', systemPrompt: 'Go.' });
    const { id, threadId } = await post('/api/messages', { body: 'Left alone', assignedTo: 'leaving' });
    const page = await open(`/threads/${threadId}`);
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Hand it over to' }).count()).toBe(0);
    await board.api('DELETE', '/api/agent-types/leaving');
    await handOver(page, 'legal');
    expect(await messageOf(id)).toMatchObject({ status: 'queued', assignedTo: 'legal', reason: null });
    await page.close();
  });

  it('is handed over in its thread when it was given up, and is due again at once', async () => {
    const { id, threadId } = await post('/api/messages', { body: 'Too hard', assignedTo: 'qa' });
    const token = await board.tokenFor('orchestrator');
    const claim = { consumer: 'e2e', source: { kind: 'message', id } };
    const { dispatches } = (await board.api('POST', '/api/dispatches/claim', claim, token)).body;
    const failed = { epoch: 1, error: 'cannot', retryable: false };
    await board.api('POST', `/api/dispatches/${dispatches[0].id}/fail`, failed, token);
    const page = await open(`/threads/${threadId}`);
    await page.getByRole('button', { name: 'Redrive' }).waitFor();
    await handOver(page, 'legal');
    expect(await messageOf(id)).toMatchObject({ status: 'queued', assignedTo: 'legal', reason: null });
    await page.close();
  });
});
