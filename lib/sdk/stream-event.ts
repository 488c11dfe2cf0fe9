import type { EventType, ResetReason } from '../domain/event/schema';

/** What `data` of every event holds at least; the rest are the record's routing fields. */
export interface EventData extends Record<string, unknown> {
  id: string;
  tenantId: string;
  at: string;
}

/** One change, as `/api/events` sends it. A server newer than this client may send types it does not know. */
export interface StreamEvent {
  position: string;
  type: EventType;
  data: EventData;
}

/** History is lost: what is held must be fetched again; events go on after `cursor`. */
export interface StreamReset {
  reason: ResetReason | (string & {});
  cursor: string;
}

/** A block of the stream, sorted by what it means to the client. */
export type StreamFrame =
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'reset'; position: string; reset: StreamReset }
  | { kind: 'checkpoint'; position: string }
  | { kind: 'unreadable'; position: string | null; why: string };

/** `id` is what the block itself carries or null; `data` is one line of JSON. */
export function readFrame(type: string | undefined, id: string | undefined, data: string): StreamFrame {
  const position = id === undefined || id === '' ? null : id;
  const body = parseObject(data);
  if (position === null) return { kind: 'unreadable', position, why: `a ${type ?? 'message'} frame without an id` };
  if (type === 'checkpoint') return { kind: 'checkpoint', position };
  if (body === null)
    return { kind: 'unreadable', position, why: `a ${type ?? 'message'} frame whose data is no JSON object` };
  if (type === 'reset') {
    const reason = typeof body['reason'] === 'string' ? body['reason'] : 'history-lost';
    return { kind: 'reset', position, reset: { reason, cursor: position } };
  }
  if (type === undefined) return { kind: 'unreadable', position, why: 'a frame without an event type' };
  return { kind: 'event', event: { position, type: type as EventType, data: body as EventData } };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
