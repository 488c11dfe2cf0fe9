import type { SourceEvent, StreamIdentity } from '../domain/event/event-source';
import type { EventType, PlaneEvent } from '../domain/event/schema';
import { encodePosition, type StreamPoint } from '../wire/position';
import { encodeEvent } from '../wire/sse-frame';

/** What filters and the policy look at. */
export type EventHead = Pick<PlaneEvent, 'tenantId' | 'projectId' | 'assignedTo'> & { type: EventType };

/** One event, encoded once; every reader is sent these same bytes. */
export interface StreamEntry {
  point: StreamPoint;
  head: EventHead;
  frame: Buffer;
}

export function encodeEntry(
  identity: StreamIdentity,
  point: StreamPoint,
  event: SourceEvent,
): { entry: StreamEntry; planeEvent: PlaneEvent } {
  const { coalesceKey: _, ...rest } = event;
  const planeEvent: PlaneEvent = { ...rest, position: encodePosition(identity, point) };
  const { type, tenantId, projectId, assignedTo } = event;
  const frame = encodeEvent({ id: planeEvent.position, event: type, data: event.data });
  return { entry: { point, head: { type, tenantId, projectId, assignedTo }, frame: Buffer.from(frame) }, planeEvent };
}

const DATA_FIELD = '\ndata: ';

/** Back from its frame: kept so, history costs one buffer an event. */
export function decodeEntry(entry: StreamEntry): { id: string; event: string; data: Record<string, unknown> } {
  const text = entry.frame.toString();
  const id = text.slice('id: '.length, text.indexOf('\n'));
  const json = text.slice(text.indexOf(DATA_FIELD) + DATA_FIELD.length, -2);
  return { id, event: entry.head.type, data: JSON.parse(json) as Record<string, unknown> };
}
