import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Board } from './board';

/** One tool call of an agent, over the server's own `/mcp`, on a connection of its own. Rejects when it is cut off. */
export async function callTool(
  board: Board,
  token: string,
  name: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const client = new Client({ name: 'faults-agent', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  // Types of the transport and of the client disagree about optional fields, which this project tells apart.
  const transport = new StreamableHTTPClientTransport(new URL(`${board.web.url}/mcp`), { requestInit });
  try {
    await client.connect(transport as Parameters<Client['connect']>[0]);
    const answer = await client.callTool({ name, arguments: args });
    if (answer.isError) throw new Error(`${name}: ${JSON.stringify(answer.content)}`);
    return answer.structuredContent;
  } finally {
    await client.close().catch(() => undefined);
  }
}
