import { parseConfig } from '@/lib/server/config';
import { StartupError } from '@/lib/server/startup-error';
import { serveHttp, serveStdio } from './boot';

/** `npm run mcp`: stdio; `npm run mcp -- --http`: Streamable HTTP. Web starts the second as its child. */
const HELP = `Usage: npm run --silent mcp [-- --http]

  (nothing)  speaks MCP over stdin and stdout, as the principal of SWITCHBOARD_TOKEN
  --http     answers at http://HOST:MCP_PORT/mcp; each request shows its own token
`;

async function main(args: string[]): Promise<void> {
  const unknown = args.find(arg => arg !== '--http' && arg !== '--help');
  if (unknown !== undefined) throw new StartupError(`'${unknown}' is not an option here.\n${HELP}`, { exitCode: 64 });
  if (args.includes('--help')) return void process.stderr.write(HELP);
  const config = parseConfig(process.env);
  await (args.includes('--http') ? serveHttp(config, process.send !== undefined) : serveStdio(config));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  // Written for the person at the terminal; stdout belongs to the protocol.
  process.stderr.write(`${error.message}\n`);
  process.exit(error.exitCode);
}
