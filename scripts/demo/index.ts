import { fileURLToPath } from 'node:url';
import { parseConfig } from '@/lib/server/config';
import { runAgent } from './agent/run-agent';
import { parseAgentOptions, parseOptions } from './options';
import { LONGEST_STOP_MS } from './pace';
import { runDemo } from './run-demo';

/**
 * `npm run demo`: a small team of agents on the running server. The same program is the agent: its orchestrator starts
 * it with `--agent`, once for each dispatch.
 */

const argv = process.argv.slice(2);
const programPath = fileURLToPath(import.meta.url);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

process.exit(argv.includes('--agent') ? await agent() : await demo());

/** The bundle lies in dist/, one below what the agents read. */
function agent(): Promise<number> {
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');
  return runAgent({ root, ...parseAgentOptions(argv), env: process.env });
}

function demo(): Promise<number> {
  const options = parseOptions(argv, process.stdout.isTTY);
  // Its lines are for a person; what the orchestrator logs is shown when something is wrong, or asked for.
  const config = parseConfig({ ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn' });
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // Nobody reads any more (`npm run demo | head`): the same as Ctrl-C.
  process.stdout.on('error', stop);
  return runDemo({ options, config, programPath, print, signal: stopping.signal });
}
