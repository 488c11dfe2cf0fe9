// `npm start`: prepares whatever is missing, then becomes the web process. One process from here to the end (npm runs
// this with `exec`), so a signal to npm or to the process itself reaches the one that serves.
import './bootstrap/node-version.mjs';

const { prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ensureBundles, requireBundle } = await import('./bootstrap/bundles.mjs');
const { ensureNextBuild } = await import('./bootstrap/next-build.mjs');
const { refuseBesideRunning } = await import('./bootstrap/already-running.mjs');
const { becomeEntry } = await import('./bootstrap/become-entry.mjs');

// Whatever the shell has set: the pages are built for production, and Next refuses to serve them as anything else.
process.env.NODE_ENV = 'production';

await prepareThen(
  async signal => {
    refuseBesideRunning();
    await ensureDependencies(signal);
    await ensureBundles(signal);
    await ensureNextBuild(signal);
    requireBundle('web');
  },
  () => becomeEntry('web', process.argv.slice(2)),
);
