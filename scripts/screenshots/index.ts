import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_FLAGS, ensureChromium } from '../bootstrap/chromium.mjs';
import { pagesToShow } from './pages';
import { LOOKS, takePage, type Look } from './take-page';
import { signedInState } from './sign-in';

/**
 * `npm run screenshots`: every page of the running server, in both themes and at the width of a desk and of a phone,
 * into one folder. It only looks: nothing is written to the server.
 */
const options = new Command('screenshots')
  .description('Every page of the running server in both themes, wide and narrow.')
  .option('-o, --out <folder>', 'where the pictures go', 'docs/screenshots')
  .option('-p, --page <name...>', 'only these pages')
  .parse()
  .opts<{ out: string; page?: string[] }>();

const folder = resolve(options.out);

async function takeLook(browser: Browser, look: Look, state: Awaited<ReturnType<typeof signedInState>>): Promise<void> {
  const context = await browser.newContext({
    baseURL: state.url,
    storageState: state.storage,
    viewport: look.viewport,
    colorScheme: look.theme,
    reducedMotion: 'reduce',
    deviceScaleFactor: look.scale,
    hasTouch: look.isPhone,
    isMobile: look.isPhone,
  });
  const page = await context.newPage();
  for (const shot of await pagesToShow(context.request)) {
    if (options.page !== undefined && !options.page.includes(shot.name)) continue;
    const file = join(folder, `${shot.name}-${look.name}.png`);
    await takePage(page, shot, file);
    process.stdout.write(`${file}\n`);
  }
  await context.close();
}

async function takeAll(browser: Browser): Promise<void> {
  await mkdir(folder, { recursive: true });
  const state = await signedInState(browser);
  for (const look of LOOKS) await takeLook(browser, look, state);
}

const browser = await chromium.launch({ executablePath: await ensureChromium(), args: [...CHROMIUM_FLAGS] });
try {
  await takeAll(browser);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
