// `node scripts/run.mjs <entry> [arguments]`: any other process of the product, prepared like `npm start` but without
// the pages. All progress goes to stderr: stdout belongs to the entry (MCP speaks its protocol there).
import './bootstrap/node-version.mjs';

const { prepareThen } = await import('./bootstrap/interrupt.mjs');
const { ensureDependencies } = await import('./bootstrap/dependencies.mjs');
const { ensureBundles, requireBundle } = await import('./bootstrap/bundles.mjs');
const { becomeEntry } = await import('./bootstrap/become-entry.mjs');

const [entry = '', ...args] = process.argv.slice(2);

await prepareThen(
  async signal => {
    requireBundle(entry);
    await ensureDependencies(signal);
    await ensureBundles(signal);
  },
  () => becomeEntry(entry, args),
);
