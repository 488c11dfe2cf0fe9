import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { ControlPlaneError } from '../domain/errors';
import { refuseAtTheDoor, requestIdOf } from './admit';
import type { HttpDoor } from './door';
import { requestOf } from './node-adapter';
import { refusal } from './respond';

/** The MCP server answers within 50 s; a streamed answer counts from its last byte. */
const SILENT_MS = 120_000;

/** Hop-by-hop (RFC 9110 7.6.1): theirs is another connection. */
const NOT_PASSED_ON = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
];

/**
 * Passes `/mcp` on to the MCP server, both ways as it streams, so that one URL serves remote clients. Host and URL are
 * checked here; who is calling is checked there.
 */
export function createMcpProxy({ door, port }: { door: HttpDoor; port: () => number }) {
  return (req: IncomingMessage, res: ServerResponse): void => {
    const arrival = requestOf(req, AbortSignal.abort());
    const refuse = (error: unknown): void => {
      const { status, headers, body } = refusal(error, requestIdOf(arrival.headers), door.plane.log);
      if (res.headersSent) return void res.destroy();
      res.writeHead(status, headers).end(body === null ? undefined : Buffer.from(body));
    };
    try {
      refuseAtTheDoor(door.hosts, arrival);
    } catch (error) {
      return refuse(error);
    }
    const headers = Object.fromEntries(Object.entries(req.headers).filter(([name]) => !NOT_PASSED_ON.includes(name)));
    const onward = request(
      {
        host: '127.0.0.1',
        port: port(),
        path: req.url,
        method: req.method,
        headers: { ...headers, host: `127.0.0.1:${port()}` },
        timeout: SILENT_MS,
      },
      answer => {
        const passed = Object.entries(answer.headers).filter(([name]) => !NOT_PASSED_ON.includes(name));
        res.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed));
        answer.pipe(res);
        answer.on('error', () => res.destroy());
      },
    );
    onward.on('timeout', () => onward.destroy(new Error('silent')));
    onward.on('error', error => refuse(mcpAway(error)));
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  };
}

const mcpAway = (cause: Error) =>
  new ControlPlaneError('unavailable', 'The MCP server does not answer; it is being started again.', {
    retry: 'backoff',
    retryAfterMs: 1_000,
    cause,
  });
