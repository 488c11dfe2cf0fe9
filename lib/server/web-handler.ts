import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpDoor } from '../http/door';
import { serveEvents } from '../http/events-door';
import { serveApi } from '../http/node-adapter';
import type { Hub } from '../stream/hub';
import type { PageHandler } from './pages';

interface WebParts {
  door: HttpDoor;
  hub: Hub;
  mcp: (req: IncomingMessage, res: ServerResponse) => unknown;
  pages: PageHandler;
}

/** Which of the web process's parts answers a path. The stream and the API never pass through Next. */
export function webHandler({ door, hub, mcp, pages }: WebParts) {
  return (req: IncomingMessage, res: ServerResponse): unknown => {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    if (path === '/api/events' && (req.method === 'GET' || req.method === 'HEAD'))
      return serveEvents(door, hub, req, res);
    if (path === '/mcp') return mcp(req, res);
    if (path === '/api' || path.startsWith('/api/')) return serveApi(door, req, res);
    return pages(req, res);
  };
}
