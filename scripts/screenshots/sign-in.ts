import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';

const run = promisify(execFile);

export interface SignedIn {
  url: string;
  storage: Awaited<ReturnType<BrowserContext['storageState']>>;
}

/**
 * Signs in as a person would: with the link that `npm run login` prints for the server on this data folder, or, where
 * SWITCHBOARD_URL and SWITCHBOARD_TOKEN name another server, with the token in the form.
 */
export async function signedInState(browser: Browser): Promise<SignedIn> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { SWITCHBOARD_URL: server, SWITCHBOARD_TOKEN: token } = process.env;
  const first = new URL(server && token ? '/login' : await signInLink(), server);
  await page.goto(first.href);
  if (server && token) {
    await page.getByLabel('Token or code').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
  await page.waitForURL(`${first.origin}/`);
  const storage = await context.storageState();
  await context.close();
  return { url: first.origin, storage };
}

async function signInLink(): Promise<string> {
  const { stdout } = await run(process.execPath, ['scripts/run.mjs', 'login']);
  return stdout.trim();
}
