import type { IncomingMessage, ServerResponse } from 'node:http';
import { ControlPlaneError } from '../domain/errors';
import { refuseAtTheDoor, requestIdOf } from '../http/admit';
import type { HttpDoor } from '../http/door';
import { cursorFor, withCursor } from '../http/event-cursor';
import { serveEvents } from '../http/events-door';
import { requestOf } from '../http/node-adapter';
import { refusal } from '../http/respond';
import type { Hub } from '../stream/hub';

/** What the events process answers: the stream, and on every other path that there is nothing. */
export const eventsHandler =
  (door: HttpDoor, hub: Hub) =>
  (req: IncomingMessage, res: ServerResponse): unknown => {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    return path === '/api/events' ? serveEvents(door, hub, req, res) : answerElsewhere(door, req, res);
  };

function answerElsewhere(door: HttpDoor, req: IncomingMessage, res: ServerResponse): void {
  const request = requestOf(req, AbortSignal.abort());
  const cursor = cursorFor(door, request);
  let error: unknown = new ControlPlaneError('not-found', 'This process answers GET /api/events and nothing else.');
  try {
    refuseAtTheDoor(door, request);
  } catch (refused) {
    error = refused;
  }
  const { status, headers, body } = withCursor(refusal(error, requestIdOf(request.headers), door.plane.log), cursor);
  res.writeHead(status, headers).end(body ?? undefined);
}
