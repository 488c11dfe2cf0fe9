// `npm test [-- vitest arguments]`: prepares a fresh clone for its tests, runs them, and closes with one line: N passed,
// N failed. `npm run test:pages` is the same for what takes minutes of a browser.
import './bootstrap/node-version.mjs';

const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
const { tmpdir } = await import('node:os');
const { join } = await import('node:path');
const { spawn } = await import('node:child_process');
const { SIGNAL_EXIT, prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ensureBundles } = await import('./bootstrap/bundles.mjs');
const { ensureNextBuild } = await import('./bootstrap/next-build.mjs');
const { ensureChromium } = await import('./bootstrap/chromium.mjs');
const { endGroupAfter, endServersBelow } = await import('./bootstrap/leftovers.mjs');
const { say } = await import('./bootstrap/progress.mjs');
const { ROOT, inRoot } = await import('./bootstrap/root.mjs');

/** Long enough for the tests' own servers to stop, short of the 10 s after which whoever asked would kill us. */
const KILL_AFTER_MS = 8_000;

/** A worker that lost its parent ends by itself, with the servers it started. */
const WORKERS_PATIENCE_MS = 2_000;

const args = process.argv.slice(2);
/** All that is no command of its own. */
const USUAL = ['--project=!pages'];

await prepareThen(
  async signal => {
    await ensureDependencies(signal);
    // With arguments the end-to-end files may not be among the chosen: their own set-up builds when they are.
    if (args.length > 0) return;
    await ensureBundles(signal);
    await ensureNextBuild(signal);
    await ensureChromium(signal);
  },
  async () => {
    // Everything the run leaves on disk goes below one folder, which goes with it however the run ends.
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-tests-'));
    const countsPath = join(folder, 'counts.json');
    const { code, interruptedBy } = await runVitest(folder, countsPath);
    const counts = readCounts(countsPath);
    endServersBelow(folder);
    removeFolder(folder);
    // A run that ended badly without a failed test (killed, crashed, nothing found) is a failure all the same.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    if (counts.skipped > 0) console.log(`${counts.skipped} skipped`);
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    process.exitCode = interruptedBy === null ? Number(counts.failed > 0) : SIGNAL_EXIT[interruptedBy];
  },
  SIGNAL_EXIT,
);

async function runVitest(folder, countsPath) {
  const chosen = args.length > 0 ? args : USUAL;
  const reporters = ['--reporter=default', `--reporter=${inRoot('scripts/bootstrap/count-reporter.mjs')}`];
  const vitest = spawn(process.execPath, [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...chosen], {
    cwd: ROOT,
    stdio: 'inherit',
    // A group of its own, so that whatever it started can be found when it is gone.
    detached: true,
    env: {
      ...process.env,
      NODE_ENV: 'test',
      NEXT_TELEMETRY_DISABLED: '1',
      SWITCHBOARD_TEST_COUNTS: countsPath,
      TMPDIR: folder,
    },
  });
  let interruptedBy = null;
  const stop = name => {
    interruptedBy = name;
    vitest.kill(name);
    setTimeout(() => vitest.kill('SIGKILL'), KILL_AFTER_MS).unref();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  const code = await new Promise(resolve => {
    vitest.once('error', () => resolve(1)).once('close', exitCode => resolve(exitCode ?? 1));
  });
  if (vitest.pid !== undefined) await endGroupAfter(vitest.pid, WORKERS_PATIENCE_MS);
  return { code, interruptedBy };
}

/** A server that is still ending may write once more while its folder is being removed. */
function removeFolder(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch (error) {
    say(`left behind: ${folder} (${error.message})`);
  }
}

function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Vitest ended before it could count.
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
