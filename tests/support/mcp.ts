import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createHostPolicy, type HostPolicyOptions } from '@/lib/auth/hosts';
import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { CreateToken } from '@/lib/domain/identity/schema';
import { systemContext } from '@/lib/services/context';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { issueToken } from '@/lib/services/identity/issue-token';
import { InboxWatch } from '@/lib/services/messages/inbox-watch';
import { createTenant } from '@/lib/services/tenants/create-tenant';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { CallLimits } from '@/mcp-server/src/call-limits';
import type { McpHost } from '@/mcp-server/src/host';
import { createMcpHttpDoor } from '@/mcp-server/src/http-door';
import { Recorder } from '@/mcp-server/src/recorder';
import { makeActor } from './actors';
import { makePlane, type TestPlane } from './make-plane';

/** The two protocol revisions, each as its own official client speaks it. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

export interface ToolAnswer {
  isError: boolean;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely
  data: any;
}

export interface AgentClient {
  version: string | undefined;
  tools(): Promise<{ name: string; inputSchema: object; outputSchema?: object; annotations?: object }[]>;
  call(name: string, args?: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<ToolAnswer>;
  close(): Promise<void>;
}

export interface McpTestServer extends TestPlane {
  url: string;
  host: McpHost;
  tokenFor(role: CreateToken['role'], more?: Partial<CreateToken>): Promise<string>;
  connect(token: string, revision?: Revision): Promise<AgentClient>;
  /** Claims the next due work of a type, or that of one message. */
  claim(agentType: string, consumer?: string): Promise<Dispatch>;
  tenant(tenantId: string): Promise<void>;
  stop(): Promise<void>;
}

/** The MCP server on node:http, on a database of its own, with the default tenant and its agent types. */
export async function startMcpServer(hosts: Partial<HostPolicyOptions> = {}): Promise<McpTestServer> {
  const testPlane = await makePlane();
  const { plane } = testPlane;
  await ensureDefaultTenant(plane);
  const watch = new InboxWatch(plane);
  const recorder = new Recorder(plane);
  const stopping = new AbortController();
  const host: McpHost = {
    plane,
    watch,
    recorder,
    limits: new CallLimits(),
    stopping: stopping.signal,
    stop: () => stopping.abort(),
  };
  let server: Server;
  const port = () => (server.address() as AddressInfo).port;
  const door = createMcpHttpDoor(
    host,
    createHostPolicy({ host: '127.0.0.1', port, allowedHosts: [], trustedProxyHops: 0, ...hosts }),
  );
  server = createServer(door.serve);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${port()}/mcp`;
  const clients: AgentClient[] = [];
  return {
    ...testPlane,
    url,
    host,
    tokenFor: async (role, more = {}) =>
      (await issueToken(systemContext(plane, 'default'), { role, label: `test ${role}`, ...more })).token,
    connect: async (token, revision = '2026-07-28') => {
      const client = await connect(url, token, revision);
      clients.push(client);
      return client;
    },
    claim: async (agentType, consumer = 'test') => {
      const ctx = makeActor(plane, 'orchestrator', { id: 'orchestrator-under-test' });
      const { dispatches, reason } = await claimDispatches(ctx, {
        consumer,
        agentTypes: [agentType],
        max: 1,
        waitMs: 0,
      });
      if (!dispatches[0]) throw new Error(`nothing claimed for ${agentType}: ${reason}`);
      return dispatches[0];
    },
    tenant: async tenantId => void (await createTenant(systemContext(plane, 'default'), { tenantId, name: tenantId })),
    stop: async () => {
      await Promise.all(clients.map(client => client.close()));
      host.stop();
      await Promise.all([watch.stop(), recorder.stop(), door.close()]);
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

export const connect = (url: string, token: string, revision: Revision): Promise<AgentClient> =>
  revision === '2026-07-28' ? connectModern(url, token) : connectLegacy(url, token);

const headers = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });
const INFO = { name: 'test-agent', version: '1.0.0' };

async function connectModern(url: string, token: string): Promise<AgentClient> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new ModernTransport(new URL(url), headers(token)));
  return {
    version: client.getNegotiatedProtocolVersion(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, options) => answerOf(await client.callTool({ name, arguments: args }, options)),
    close: () => client.close(),
  };
}

async function connectLegacy(url: string, token: string): Promise<AgentClient> {
  const client = new LegacyClient(INFO);
  const transport = new LegacyTransport(new URL(url), headers(token));
  await client.connect(transport);
  return {
    version: transport.protocolVersion,
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, options) =>
      answerOf(await client.callTool({ name, arguments: args }, undefined, options)),
    close: () => client.close(),
  };
}

/** The structured content of a success, the code and message of a refusal; the text must be its copy. */
export function answerOf(result: object): ToolAnswer {
  const {
    isError = false,
    content,
    structuredContent,
  } = result as {
    isError?: boolean;
    content: { text: string }[];
    structuredContent?: unknown;
  };
  const text = content[0]?.text ?? '';
  const copy: unknown = JSON.parse(text);
  if (!isError && JSON.stringify(copy) !== JSON.stringify(structuredContent)) throw new Error('the text is not a copy');
  return { isError, text, data: isError ? copy : structuredContent };
}
