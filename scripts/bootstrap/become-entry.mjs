import { pathToFileURL } from 'node:url';
import { requireBundle } from './bundles.mjs';
import { say } from './progress.mjs';
import { ROOT } from './root.mjs';

/** Runs a bundle in this very process, as if it had been started with these arguments. */
export async function becomeEntry(entry, args) {
  const path = requireBundle(entry);
  process.chdir(ROOT);
  process.env.NODE_ENV ??= 'production';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  process.argv = [process.argv[0], path, ...args];
  process.setSourceMapsEnabled(true);
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    // Written for the person at the terminal (a bad variable, a data folder in use): no stack, its own exit code.
    if (error?.name !== 'StartupError') throw error;
    say(error.message);
    process.exit(error.exitCode);
  }
}
