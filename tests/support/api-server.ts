import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHostPolicy, type HostPolicyOptions } from '@/lib/auth/hosts';
import { createHttpDoor, type HttpDoor } from '@/lib/http/door';
import { serveApi } from '@/lib/http/node-adapter';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import { startStream } from '@/lib/server/start-stream';
import type { Clock } from '@/lib/kernel/clock';
import { makePlane, type TestPlane } from './make-plane';

export interface CallOptions {
  token?: string | null;
  cookie?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely
  body: any;
}

export interface ApiServer extends TestPlane {
  url: string;
  port: number;
  door: HttpDoor;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A token of that role; an agent's type and another tenant go into `more`. */
  tokenFor(role: string, more?: Record<string, unknown>): Promise<string>;
  /** Opens the change stream too: for what asks it. Ends with the server. */
  withStream(): Promise<void>;
  stop(): Promise<void>;
}

/** The HTTP core on node:http, on a database of its own, with the default tenant. */
export async function startApiServer(hosts: Partial<HostPolicyOptions> = {}, clock?: Clock): Promise<ApiServer> {
  const testPlane = await makePlane(clock);
  const { plane } = testPlane;
  await ensureDefaultTenant(plane);
  let server: Server;
  let stopStream: (() => Promise<void>) | undefined;
  const port = () => (server.address() as AddressInfo).port;
  const door = createHttpDoor({
    plane,
    hosts: createHostPolicy({ host: '127.0.0.1', port, allowedHosts: [], trustedProxyHops: 0, ...hosts }),
    cursor: () => 'position-of-now',
  });
  server = createServer((req, res) => void serveApi(door, req, res));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${port()}`;
  const call: ApiServer['call'] = (method, path, options = {}) =>
    send(url + path, method, { token: plane.adminToken, ...options });
  return {
    ...testPlane,
    url,
    port: port(),
    door,
    call,
    tokenFor: async (role, more = {}) => {
      const answer = await call('POST', '/api/tokens', { body: { role, label: `test ${role}`, ...more } });
      if (answer.status !== 201) throw new Error(`no token for ${role}: ${answer.status} ${answer.text}`);
      return answer.body.token as string;
    },
    withStream: async () => {
      const { uri, name } = testPlane.database;
      const config = { database: name, maxStreams: 100, maxStreamsPerPrincipal: 10 };
      const stream = await startStream(plane, { config, mongodbUri: uri, adopts: false });
      door.cursor = () => stream.hub.position();
      stopStream = stream.stop;
    },
    stop: async () => {
      await stopStream?.();
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function send(
  url: string,
  method: string,
  { token, cookie, body, raw, headers = {} }: CallOptions,
): Promise<Answer> {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null || token === undefined || cookie !== undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { body: payload as BodyInit }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}
