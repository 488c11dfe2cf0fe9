import { randomUUID } from 'node:crypto';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { principalOfToken } from '@/lib/services/identity/authenticate';
import type { Principal } from '@/lib/domain/identity/schema';
import { deferred } from '@/lib/kernel/deferred';
import type { Connection } from './connection';
import type { McpHost } from './host';
import { createMcpServer } from './server';

/** One message of a pipe; the HTTP door's bound, and room for the protocol around it. */
const MAX_MESSAGE_BYTES = 2 * 1_048_576;

export interface McpPipe {
  /** Resolves when the client closed its end, or the pipe was closed here. */
  closed: Promise<void>;
  close(): Promise<void>;
}

/** Says when it is closed, whichever side began. */
class ProcessPipe extends StdioServerTransport {
  readonly #closed = deferred<void>();
  readonly closed = this.#closed.promise;

  constructor() {
    super(process.stdin, process.stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }
}

/** MCP over this process's stdin and stdout; its principal is the token's, asked again at every call. */
export function openMcpPipe(host: McpHost, token: string): McpPipe {
  const pipe = randomUUID();
  const connection: Connection = {
    principal: () => stdioPrincipal(host, token),
    client: 'stdio client',
    pipe,
  };
  const transport = new ProcessPipe();
  const handle = serveStdio(() => createMcpServer(host, connection), {
    transport,
    onerror: error => host.plane.log.warn({ err: error }, 'MCP pipe'),
  });
  return { closed: transport.closed.then(() => host.recorder.closePipe(pipe)), close: () => handle.close() };
}

/** Null when the token is not good (any more). */
export async function stdioPrincipal({ plane }: Pick<McpHost, 'plane'>, token: string): Promise<Principal | null> {
  const principal = await principalOfToken(plane, token);
  return principal && { ...principal, via: 'stdio' };
}
