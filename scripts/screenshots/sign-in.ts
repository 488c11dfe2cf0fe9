import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';

const run = promisify(execFile);

export interface SignedIn {
  url: string;
  storage: Awaited<ReturnType<BrowserContext['storageState']>>;
}

/** Signs in as a person would: with the link that `npm run login` prints for the server on this data folder. */
export async function signedInState(browser: Browser): Promise<SignedIn> {
  const { stdout } = await run(process.execPath, ['scripts/run.mjs', 'login']);
  const link = new URL(stdout.trim());
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link.href);
  await page.waitForURL(`${link.origin}/`);
  const storage = await context.storageState();
  await context.close();
  return { url: link.origin, storage };
}
