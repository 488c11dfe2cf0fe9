import { ensureBundles } from '../../scripts/bootstrap/bundles.mjs';
import { ensureNextBuild } from '../../scripts/bootstrap/next-build.mjs';

/** The real processes are what `npm start` would run: the same bundles and pages, built only when something changed. */
export async function setup(): Promise<void> {
  await ensureBundles();
  await ensureNextBuild();
}
