import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { HttpDoor } from '../http/door';
import { refusal } from '../http/respond';
import { refuseAtTheDoor, requestIdOf } from '../http/admit';
import { passedOn } from '../http/hop-by-hop';
import { requestOf } from '../http/node-adapter';

export type PageHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The API answers a moment before the pages do. */
export const stillStarting: PageHandler = async (_req, res) => {
  if (res.destroyed) return;
  res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1' }).end('Still starting.');
};

/** Below the page server's own: a connection it is just closing must not be taken for the next request. */
const IDLE_MS = 30_000;
/** A page is a file; one that takes this long is not coming. */
const SILENT_MS = 15_000;

/**
 * Pages as the page server has them, passed on as they come. They are shells without data; every fact in them comes over
 * the API. While it starts, or starts again, whoever asks is told to come back.
 */
export function passToPages(port: () => number | undefined): PageHandler {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 16 });
  return async (req, res) => {
    const at = port();
    if (at === undefined) return stillStarting(req, res);
    const headers = passedOn(req.headers);
    const onward = request({ agent, host: '127.0.0.1', port: at, path: req.url, method: req.method, headers });
    onward.setTimeout(SILENT_MS, () => onward.destroy(new Error('silent')));
    onward.once('error', () => {
      if (res.headersSent) res.destroy();
      else void stillStarting(req, res);
    });
    onward.once('response', answer => {
      res.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      pipeline(answer, res, () => undefined);
    });
    res.once('close', () => onward.destroy());
    req.pipe(onward);
  };
}

/** Pages obey the same Host rule as the API, and no credential rides in their URL. */
export function guardPages(door: HttpDoor, handle: PageHandler): PageHandler {
  return async (req, res) => {
    const arrival = requestOf(req, AbortSignal.abort());
    try {
      refuseAtTheDoor(door, arrival);
    } catch (error) {
      const { status, headers, body } = refusal(error, requestIdOf(arrival.headers), door.plane.log);
      res.writeHead(status, headers).end(body === null ? undefined : Buffer.from(body));
      return;
    }
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'DENY');
    res.setHeader('Referrer-Policy', 'no-referrer');
    await handle(req, res);
  };
}
