// `npm run build`: everything `npm start` would build, without starting.
import './bootstrap/node-version.mjs';

const { prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ensureBundles } = await import('./bootstrap/bundles.mjs');
const { ensureNextBuild } = await import('./bootstrap/next-build.mjs');
const { say } = await import('./bootstrap/progress.mjs');

await prepareThen(
  async signal => {
    await ensureDependencies(signal);
    await ensureBundles(signal);
    await ensureNextBuild(signal);
  },
  () => say('built'),
);
