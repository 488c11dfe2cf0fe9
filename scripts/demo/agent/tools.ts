import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** A tool said no; its answer is text with a code. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';

  constructor(
    readonly tool: string,
    readonly code: string,
    message: string,
  ) {
    super(`${tool}: ${message} (${code})`);
  }
}

/** Switchboard's tools as an agent has them: one MCP connection, the dispatch key in every call. */
export interface Tools {
  call<T>(name: string, args?: Record<string, unknown>): Promise<T>;
  close(): Promise<void>;
}

export interface ToolsOptions {
  url: string;
  /** Opens the connection. What may be written over it, the key decides. */
  token: string;
  dispatchKey: string;
}

export async function connectTools({ url, token, dispatchKey }: ToolsOptions): Promise<Tools> {
  const client = new Client({ name: 'demo-agent', version: '1.0.0' });
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    call: async <T>(name: string, args: Record<string, unknown> = {}) => {
      const result = await client.callTool({ name, arguments: { ...args, dispatch: dispatchKey } });
      if (result.isError === true) throw refusalOf(name, result.content);
      return result.structuredContent as T;
    },
    close: () => client.close(),
  };
}

function refusalOf(tool: string, content: unknown): ToolRefusal {
  const text = (content as { text?: string }[])[0]?.text ?? '';
  try {
    const { code, message } = JSON.parse(text) as { code: string; message: string };
    return new ToolRefusal(tool, code, message);
  } catch {
    return new ToolRefusal(tool, 'unknown', text);
  }
}
