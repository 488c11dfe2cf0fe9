import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpDoor } from '../http/door';
import { refusal } from '../http/respond';
import { refuseAtTheDoor, requestIdOf } from '../http/admit';
import { requestOf } from '../http/node-adapter';

export type PageHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** The API answers a moment before the pages do. */
export const stillStarting: PageHandler = async (_req, res) => {
  res.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1' }).end('Still starting.');
};

/** Next, serving what `next build` made. The pages are shells without data; every fact in them comes over the API. */
export async function startPages(root: string): Promise<{ handle: PageHandler; close(): Promise<void> }> {
  const { default: next } = await import('next');
  const app = next({ dev: false, dir: root, quiet: true });
  await app.prepare();
  const handler = app.getRequestHandler();
  return { handle: (req, res) => handler(req, res), close: () => app.close() };
}

/** Pages obey the same Host rule as the API, and no credential rides in their URL. */
export function guardPages(door: HttpDoor, handle: PageHandler): PageHandler {
  return async (req, res) => {
    const request = requestOf(req, AbortSignal.abort());
    try {
      refuseAtTheDoor(door.hosts, request);
    } catch (error) {
      const { status, headers, body } = refusal(error, requestIdOf(request.headers), door.plane.log);
      res.writeHead(status, headers).end(body === null ? undefined : Buffer.from(body));
      return;
    }
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'DENY');
    res.setHeader('Referrer-Policy', 'no-referrer');
    await handle(req, res);
  };
}
