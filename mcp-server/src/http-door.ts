import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler, type McpRequestContext } from '@modelcontextprotocol/server';
import { refuseCredentialInUrl } from '@/lib/auth/credential-in-url';
import { credentialOf, type Credential, type RequestHeaders } from '@/lib/auth/credentials';
import { refuseForeignOrigin, type HostPolicy } from '@/lib/auth/hosts';
import { ControlPlaneError } from '@/lib/domain/errors';
import { authenticate } from '@/lib/services/identity/authenticate';
import { toDomainError } from '@/lib/services/to-domain-error';
import { ERROR_STATUS, problemBody } from '@/lib/wire/error-body';
import type { McpHost } from './host';
import { readJson } from './read-json';
import { clientName, createMcpServer } from './server';

export interface McpHttpDoor {
  serve(req: IncomingMessage, res: ServerResponse): void;
  close(): Promise<void>;
}

/**
 * MCP over HTTP, both revisions from one factory: a server for each request, no session kept between them. Who calls is
 * settled here, before any of the protocol: 401 and 403 are the transport's, in the words of the HTTP API.
 */
export function createMcpHttpDoor(host: McpHost, hosts: HostPolicy): McpHttpDoor {
  const { log } = host.plane;
  const handler: McpHttpHandler = createMcpHandler(request => createMcpServer(host, connectionOf(host, request)), {
    onerror: error => log.debug({ err: error }, 'MCP request refused'),
  });
  const answer = toNodeHandler(handler, { onerror: error => log.error({ err: error }, 'MCP request failed') });
  return {
    serve: (req, res) => {
      admit(host, hosts, req)
        .then(async credential => {
          if (credential === null) return health(res);
          const body = req.method === 'POST' ? await readJson(req) : undefined;
          const carried = { token: '', clientId: '', scopes: [], extra: { credential } };
          return answer(Object.assign(req, { auth: carried }), res, body);
        })
        .catch((error: unknown) => refuse(host, req, res, error));
    },
    close: () => handler.close(),
  };
}

/** Null: the probe, which is anybody's. */
async function admit({ plane }: McpHost, hosts: HostPolicy, req: IncomingMessage): Promise<Credential | null> {
  const headers = headersOf(req);
  const reached = hosts.reach({
    headers,
    encrypted: 'encrypted' in req.socket,
    remoteAddress: req.socket.remoteAddress ?? '',
  });
  refuseCredentialInUrl(req.url ?? '/', plane.adminToken);
  refuseForeignOrigin(headers, reached);
  const path = (req.url ?? '/').split('?', 1)[0];
  if (path === '/healthz' && (req.method === 'GET' || req.method === 'HEAD')) return null;
  if (path !== '/mcp') throw new ControlPlaneError('not-found', 'The MCP server answers at /mcp.');
  const credential = credentialOf(headers);
  if (credential?.kind !== 'bearer' || !(await authenticate(plane, credential))) {
    throw new ControlPlaneError('unauthenticated', 'Wants a valid token: Authorization: Bearer swb_….');
  }
  return credential;
}

/** Node keeps the first Authorization header and drops the others without a word; here they are joined and refused. */
function headersOf(req: IncomingMessage): RequestHeaders {
  const headers = req.headers as Record<string, string | undefined>;
  const sent = req.headersDistinct['authorization'] ?? [];
  return sent.length < 2 ? headers : { ...headers, authorization: sent.join(', ') };
}

function connectionOf({ plane }: McpHost, { authInfo, requestInfo }: McpRequestContext) {
  const credential = authInfo?.extra?.['credential'] as Credential;
  return {
    principal: () => authenticate(plane, credential),
    client: clientName(requestInfo?.headers.get('user-agent') ?? undefined) ?? 'unknown client',
    pipe: null,
  };
}

function health(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end('{"status":"ok"}');
}

function refuse({ plane }: McpHost, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const known = toDomainError(error);
  const requestId = randomUUID();
  const shown =
    known instanceof ControlPlaneError ? known : new ControlPlaneError('internal', 'Something went wrong on our side.');
  const status = ERROR_STATUS[shown.code];
  if (status === 500) plane.log.error({ err: error, requestId }, 'MCP request failed');
  else if (status > 500) plane.log.warn({ err: error, requestId }, 'MCP request could not be served');
  if (res.headersSent) return void res.destroy();
  const isCut = !req.complete;
  if (isCut) linger(req);
  res
    .writeHead(status, {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="switchboard", error="invalid_token"' } : {}),
      ...(isCut ? { Connection: 'close' } : {}),
      ...(shown.retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(shown.retryAfterMs / 1_000)) }),
    })
    .end(JSON.stringify(problemBody(shown, requestId)));
}

/** A sender that goes on after its refusal is cut off then; until then it gets to read why. */
const LINGER_MS = 5_000;

/** What still comes in is thrown away: a socket closed with bytes unread is reset before the answer is seen. */
function linger(req: IncomingMessage): void {
  req.resume();
  const timer = setTimeout(() => req.destroy(), LINGER_MS);
  req.once('close', () => clearTimeout(timer));
}
