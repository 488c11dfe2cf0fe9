import { serveWebRequest } from '@/lib/http/web-adapter';
import { getRuntime } from '@/lib/server/runtime';

/** Reached under `next dev` and plain `next start`; our own server answers `/api` before Next sees it. */
export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

async function serve(request: Request): Promise<Response> {
  const running = getRuntime();
  if (!running) {
    const problem = {
      type: 'about:blank',
      title: 'unavailable',
      status: 503,
      code: 'unavailable',
      detail: 'Still starting.',
    };
    return Response.json(problem, {
      status: 503,
      headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '1', 'Cache-Control': 'no-store' },
    });
  }
  return serveWebRequest(running.door, request);
}

export { serve as DELETE, serve as GET, serve as HEAD, serve as OPTIONS, serve as PATCH, serve as POST, serve as PUT };
