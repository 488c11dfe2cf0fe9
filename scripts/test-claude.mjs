// `npm run test:claude [-- vitest arguments]`: the skill in the real Claude Code, behind a scripted model. Opt-in, for
// the client is a large download (some 360 MB) under a licence of its own: it is installed for the run and removed.
import './bootstrap/node-version.mjs';

const { mkdtempSync, rmSync } = await import('node:fs');
const { tmpdir } = await import('node:os');
const { join } = await import('node:path');
const { spawn, spawnSync } = await import('node:child_process');
const { SIGNAL_EXIT, prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ensureBundles } = await import('./bootstrap/bundles.mjs');
const { ensureNextBuild } = await import('./bootstrap/next-build.mjs');
const { runChild } = await import('./bootstrap/child.mjs');
const { say, step } = await import('./bootstrap/progress.mjs');
const { ROOT, inRoot } = await import('./bootstrap/root.mjs');

const CLAUDE_CODE = '@anthropic-ai/claude-code@2.1.329';
/** In a network of its own with nothing but loopback: what the client might call home does not get there. */
const ALONE = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

const args = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'switchboard-claude-'));
let claude = process.env.SWITCHBOARD_TEST_CLAUDE;

await prepareThen(
  async signal => {
    await ensureDependencies(signal);
    await ensureBundles(signal);
    await ensureNextBuild(signal);
    claude ??= await install(signal);
  },
  async () => {
    const vitest = [process.execPath, inRoot('node_modules/vitest/vitest.mjs'), 'run'];
    const [command, ...rest] = [...alone(), ...vitest, '--config', inRoot('vitest.claude.config.ts'), ...args];
    const child = spawn(command, rest, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'test', SWITCHBOARD_TEST_CLAUDE: claude, TMPDIR: folder },
    });
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
    process.exitCode = await new Promise(resolve => {
      child.once('error', () => resolve(1)).once('close', code => resolve(code ?? 1));
    });
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  },
  SIGNAL_EXIT,
);

async function install(signal) {
  const prefix = join(folder, 'client');
  await step(`installing ${CLAUDE_CODE}`, async () => {
    await runChild('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, CLAUDE_CODE], { signal });
  });
  return join(prefix, 'node_modules', '.bin', 'claude');
}

function alone() {
  const [command, ...options] = ALONE;
  const works = spawnSync(command, [...options, 'true'], { stdio: 'ignore' }).status === 0;
  if (!works) say('this machine allows no network of its own; the client runs beside the real one');
  return works ? ALONE : [];
}
