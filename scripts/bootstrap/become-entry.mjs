import { pathToFileURL } from 'node:url';
import { requireBundle } from './bundles.mjs';
import { say } from './progress.mjs';
import { ROOT } from './root.mjs';

/** A bad variable, a data folder in use, a database that cannot serve: the message says it all, a stack hides it. */
const WRITTEN_FOR_A_PERSON = new Set(['StartupError', 'ControlPlaneError']);

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
    if (!WRITTEN_FOR_A_PERSON.has(error?.name)) throw error;
    say(error.message);
    process.exit(error.exitCode ?? 1);
  }
}
