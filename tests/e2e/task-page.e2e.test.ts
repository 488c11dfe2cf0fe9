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

async function openTask(id: string): Promise<Page> {
  const page = await browser.newPage({ baseURL: board.url });
  const data = { token: board.adminToken };
  const answer = await page.request.post('/api/auth/session', { data, headers: { origin: board.url } });
  expect(answer.status()).toBe(204);
  await page.goto(`/tasks/${id}`);
  return page;
}

const post = async (path: string, body: unknown) => {
  const answer = await board.api('POST', path, body);
  expect(answer.status).toBe(201);
  return answer.body;
};

describe('a task whose agent type was deleted', () => {
  it('says so on its page, and is handed over there to one that exists', async () => {
    await post('/api/agent-types', { slug: 'fleeting', name: 'Fleeting', systemPrompt: 'Go.' });
    const { id } = await post('/api/tasks', { title: 'Left alone', assignedTo: 'fleeting' });
    const page = await openTask(id);
    await page.getByRole('button', { name: 'Cancel the task' }).waitFor();
    const choice = page.getByRole('button', { name: 'Hand it over to' });
    expect(await choice.count()).toBe(0);
    await board.api('DELETE', '/api/agent-types/fleeting');
    await page.getByText("no agent type 'fleeting'").first().waitFor();
    await choice.click();
    await page.getByRole('option', { name: /^legal/ }).click();
    await page.getByRole('button', { name: 'Hand over', exact: true }).click();
    await choice.waitFor({ state: 'detached' });
    const { body } = await board.api('GET', `/api/tasks/${id}`);
    expect(body).toMatchObject({ status: 'ready', assignedTo: 'legal', reason: null });
    await page.close();
  });
});
