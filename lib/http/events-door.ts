import type { IncomingMessage, ServerResponse } from 'node:http';
import { requirePermission } from '../auth/policy';
import { StreamQuery } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import { useConsumer } from '../services/consumers/consumers';
import { keepPresent } from '../services/consumers/keep-present';
import type { Context, Plane } from '../services/context';
import { stillValid } from '../services/identity/authenticate';
import type { Hub } from '../stream/hub';
import { openStream, startOf } from '../stream/open-stream';
import { responseSink } from '../stream/response-sink';
import type { StreamSink } from '../stream/sink';
import { crashPoint } from '../telemetry/crash-point';
import { admit, refuseAtTheDoor, requestIdOf } from './admit';
import type { HttpDoor } from './door';
import { cursorFor, withCursor } from './event-cursor';
import { requestOf } from './node-adapter';
import { readQuery, splitUrl } from './read-query';
import { refusal } from './respond';
import { MethodNotAllowed } from './router';

export interface StreamRequest {
  principal: Principal;
  requestId: string;
  queryText: string;
  lastEventId: string | undefined;
}

/** `GET /api/events` on node:http. Never rejects; a refusal is a problem document, for nothing was streamed yet. */
export async function serveEvents(door: HttpDoor, hub: Hub, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const request = requestOf(req, gone.signal);
  const requestId = requestIdOf(request.headers);
  const cursor = cursorFor(door, request);
  try {
    refuseAtTheDoor(door, request);
    // Before who it is, as at every other path: nobody may do what is not done here.
    if (request.method !== 'GET') throw new MethodNotAllowed(request.method, ['GET']);
    const principal = await admit(door, request);
    const [, queryText] = splitUrl(request.url);
    const stream = { principal, requestId, queryText, lastEventId: request.headers['last-event-id'] };
    req.socket.setNoDelay(true);
    await beginStream(door.plane, hub, stream, headers => responseSink(res, headers), gone.signal);
  } catch (error) {
    const { status, headers, body } = withCursor(refusal(error, requestId, door.plane.log), cursor);
    if (!res.headersSent) res.writeHead(status, headers).end(body === null ? undefined : Buffer.from(body));
    else res.destroy();
  }
}

/** The one way a stream begins, whichever server it came through; `sink` gets headers of its answer. */
export async function beginStream(
  plane: Plane,
  hub: Hub,
  { principal, requestId, queryText, lastEventId }: StreamRequest,
  sink: (headers: Record<string, string>) => StreamSink,
  signal: AbortSignal,
): Promise<void> {
  requirePermission(principal, 'events:read');
  const { consumer, after, ...filter } = readQuery(StreamQuery, queryText);
  const ctx: Context = { plane, principal, requestId };
  const held = consumer === undefined ? null : await useConsumer(ctx, consumer);
  crashPoint('events:after-consumer');
  // Its reader gave up meanwhile and may have come back: the stream that lives has the name.
  if (signal.aborted) return;
  const place = { after: lastEventId || after, consumerPosition: held?.position };
  const cursor = startOf(hub, place);
  const handle = openStream(hub, {
    principal,
    filter,
    ...place,
    consumer,
    sink: sink({ 'X-Request-Id': requestId, ...(cursor === null ? {} : { 'X-Event-Cursor': cursor }) }),
    signal,
    stillValid: () => stillValid(plane, principal),
  });
  const leave = keepPresent(plane, principal, held, () => handle.close());
  void handle.closed.then(leave);
}
