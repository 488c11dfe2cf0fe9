import { existsSync } from 'node:fs';
import { fingerprint } from './fingerprint.mjs';
import { runPrepareChild } from './prepare-child.mjs';
import { withPrepareLock } from './prepare-lock.mjs';
import { step } from './progress.mjs';
import { inRoot } from './root.mjs';
import { readStamp, stamped } from './stamp.mjs';

const SOURCES = ['app', 'lib', 'public', 'next.config.ts', 'postcss.config.mjs', 'tsconfig.json', 'package-lock.json'];
const STAMP = inRoot('.next', '.switchboard-stamp');

/** `next build`, when a page or anything it may import has changed. */
export async function ensureNextBuild(signal) {
  const wanted = fingerprint(SOURCES);
  const upToDate = () => readStamp(STAMP) === wanted && existsSync(inRoot('.next', 'BUILD_ID'));
  if (upToDate()) return;
  const build = () =>
    runPrepareChild(process.execPath, [inRoot('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
      signal,
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
  await withPrepareLock(signal, async () => {
    if (upToDate()) return;
    await step('building the pages', () => stamped(STAMP, wanted, build));
  });
}
