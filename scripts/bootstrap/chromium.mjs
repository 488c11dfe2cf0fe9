import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StepFailed, runChild } from './child.mjs';
import { step } from './progress.mjs';
import { inRoot } from './root.mjs';

/** A Chromium for the tests and the screenshots: on PATH, else apt as root, else playwright's own download. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PATHS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** There is a second way, and it has to get its turn within the time a test run may take. */
const INSTALL_TIMEOUT_MS = 4 * 60_000;
const VERSION_TIMEOUT_MS = 20_000;

/** Headless, offline towards anybody but us, and able to run as root in a container. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium that is there; null when there is none. */
export async function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable);
  if (onPath !== undefined) return onPath;
  if (process.platform === 'darwin') {
    const application = MAC_PATHS.find(path => existsSync(path));
    if (application !== undefined) return application;
  }
  const { chromium } = await import('playwright-core');
  const downloaded = chromium.executablePath();
  return downloaded && existsSync(downloaded) ? downloaded : null;
}

export async function ensureChromium(signal) {
  const found = await findChromium();
  if (found !== null) return found;
  const failures = [];
  for (const [how, install] of [
    ['apt', installWithApt],
    ["playwright's download", installWithPlaywright],
  ]) {
    try {
      await step(`installing Chromium by ${how}`, () => install(signal));
      const path = await findChromium();
      if (path === null) throw new StepFailed('it left no Chromium');
      await promisify(execFile)(path, ['--version', '--no-sandbox'], { timeout: VERSION_TIMEOUT_MS });
      return path;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`${how}: ${error.message}`);
    }
  }
  throw new StepFailed(`No Chromium for the tests. Put one on PATH.\n${failures.join('\n')}`);
}

async function installWithApt(signal) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new StepFailed('needs Linux and root');
  const options = { signal, timeoutMs: INSTALL_TIMEOUT_MS, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await runChild('apt-get', ['update', '-q'], options);
  await runChild('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], options);
}

function installWithPlaywright(signal) {
  return runChild(process.execPath, [inRoot('node_modules', 'playwright-core', 'cli.js'), 'install', 'chromium'], {
    signal,
    timeoutMs: INSTALL_TIMEOUT_MS,
  });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
