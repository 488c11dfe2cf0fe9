import { serveEventsToWeb } from '@/lib/http/events-web';
import { getRuntime } from '@/lib/server/runtime';

/** Reached under `next dev` and plain `next start`; our own server answers the stream before Next sees it. */
export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';

export async function GET(request: Request): Promise<Response> {
  const running = getRuntime();
  if (!running) return new Response('Still starting.', { status: 503, headers: { 'Retry-After': '1' } });
  return serveEventsToWeb(running, request);
}
