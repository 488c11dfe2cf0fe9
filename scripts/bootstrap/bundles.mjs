import { existsSync } from 'node:fs';
import { StepFailed } from './child.mjs';
import { fingerprint } from './fingerprint.mjs';
import { withPrepareLock } from './prepare-lock.mjs';
import { step } from './progress.mjs';
import { ROOT, inRoot } from './root.mjs';
import { readStamp, stamped } from './stamp.mjs';

/** Every process the product has, by the name `scripts/run.mjs` takes: its source, bundled into dist/<name>.mjs. */
export const ENTRIES = {
  web: 'lib/server/web.ts',
  events: 'lib/server/events.ts',
  mcp: 'mcp-server/src/index.ts',
  orchestrator: 'lib/server/orchestrator.ts',
  login: 'lib/server/login.ts',
  demo: 'scripts/demo/index.ts',
  bench: 'tests/bench/index.ts',
  faults: 'tests/faults/index.ts',
  screenshots: 'scripts/screenshots/index.ts',
  'agents-sync': 'scripts/agents-sync/index.ts',
  'skill-install': 'scripts/skill-install/index.ts',
};

/** Threads of those processes, bundled beside them. */
const THREADS = { pages: 'lib/server/pages-worker.ts' };

const SOURCES = [
  'lib',
  'mcp-server',
  'scripts',
  'tests/bench',
  'tests/faults',
  'tests/support',
  'tsconfig.json',
  'package-lock.json',
];
const STAMP = inRoot('dist', '.bundles');

export const bundlePath = entry => inRoot('dist', `${entry}.mjs`);

/** One esbuild run over all entries: half a second, so there is nothing to gain from doing fewer. */
export async function ensureBundles(signal) {
  const sources = Object.entries({ ...ENTRIES, ...THREADS });
  const entries = Object.fromEntries(sources.filter(([, source]) => existsSync(inRoot(source))));
  const wanted = fingerprint(SOURCES);
  const upToDate = () =>
    readStamp(STAMP) === wanted && Object.keys(entries).every(name => existsSync(bundlePath(name)));
  if (upToDate()) return;
  await withPrepareLock(signal, async () => {
    if (upToDate()) return;
    await step('bundling', () => stamped(STAMP, wanted, () => bundle(entries)));
  });
}

/** The bundle of one entry, or what to say when this clone has no such source. */
export function requireBundle(entry) {
  if (!Object.hasOwn(ENTRIES, entry)) {
    throw new StepFailed(`no command '${entry}'; there are: ${Object.keys(ENTRIES).join(' ')}`);
  }
  if (!existsSync(inRoot(ENTRIES[entry]))) throw new StepFailed(`'${entry}' has no source here: ${ENTRIES[entry]}`);
  return bundlePath(entry);
}

async function bundle(entryPoints) {
  const { build, stop } = await import('esbuild');
  try {
    await build({
      entryPoints,
      absWorkingDir: ROOT,
      outdir: 'dist',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      alias: { '@': ROOT },
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
    });
  } catch (error) {
    throw new StepFailed(`the bundle does not build:\n${error.message}`, { cause: error });
  } finally {
    // Its helper process would stay a child of the server for good.
    await stop();
  }
}
