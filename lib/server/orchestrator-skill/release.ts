import { endDispatch } from './end-dispatch';
import { runScript } from './script';

const HELP = `release: gives a dispatch back untouched; no attempt is spent and somebody else may claim it.

Usage: node release.mjs ID

For draining, after its agent was stopped or was never started. Prints {"id", "status", "note"?}.
`;

await runScript(import.meta.url, {
  help: HELP,
  run: context => endDispatch(context, (id, { epoch }) => context.calls.release(id, epoch)),
});
