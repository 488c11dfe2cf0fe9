import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium';
import { startSwitchboard, type Switchboard } from '../support/switchboard';
import { isLive, signedIn } from './live-windows';

let board: Switchboard;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  board = await startSwitchboard();
  browser = await launchChromium();
  context = await signedIn(browser, board.url, board.adminToken);
});
afterAll(async () => {
  await browser?.close();
  expect(await board?.stop()).toBe(0);
});

it('an account at its provider’s limit is named on the health page, and a person lifts its hold there', async () => {
  // With what a path does not take as it is.
  const account = 'night/shift 100 %';
  const night = await board.tokenFor('orchestrator', { account });
  const post = (path: string, body: object) => board.api('POST', path, body, night);
  const claim = async () => (await post('/api/dispatches/claim', { consumer: 'c', agentTypes: ['research'] })).body;
  await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'first' });
  await board.api('POST', '/api/messages', { assignedTo: 'research', body: 'second' });
  const { id, epoch } = (await claim()).dispatches[0];
  const retryNotBefore = new Date(Date.now() + 3_600_000).toISOString();
  await post(`/api/dispatches/${id}/fail`, { epoch, error: 'usage limit', retryable: true, retryNotBefore });
  expect(await claim()).toMatchObject({ dispatches: [], reason: 'held' });

  const page = await context.newPage();
  await page.goto('/health');
  await isLive(page);
  await page.getByText(`Account ${account} takes no work before`).first().waitFor();
  const panel = page.locator('section:has(h2:text-is("Held accounts"))');
  await panel.getByText(account, { exact: true }).waitFor();
  await panel.getByRole('button', { name: 'Lift' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Lift it' }).click();
  await panel.waitFor({ state: 'detached' });
  expect((await board.api('GET', '/api/system-health')).body.heldAccounts).toEqual([]);
  expect((await claim()).dispatches).toHaveLength(1);
});
