import { assert } from '../kernel/assert';

/**
 * Server-sent events by the WHATWG rules, one frame a call, always LF (a stream of bare CR stalls parsers).
 * `data` is one line of JSON: JSON escapes CR and LF, so a payload can never end its line or begin a field.
 */
export interface SseEvent {
  /** Absent: the reader keeps the last one it had. */
  id?: string;
  event: string;
  data: unknown;
}

/** CR and LF end a line; an id with NUL is ignored whole by every reader. */
const FORBIDDEN = /[\r\n\0]/;
/** An empty `id` makes the reader forget its position; none of ours is empty. */
const isField = (text: string): boolean => text.length > 0 && !FORBIDDEN.test(text);

export function encodeEvent({ id, event, data }: SseEvent): string {
  assert(isField(event), 'an event name is not empty and holds no CR, LF or NUL');
  assert(id === undefined || isField(id), 'an event id is not empty and holds no CR, LF or NUL');
  const json = JSON.stringify(data);
  assert(json !== undefined, 'event data is JSON');
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${json}\n\n`;
}

export function encodeComment(text: string): string {
  assert(!FORBIDDEN.test(text), 'a comment is one line');
  return `: ${text}\n\n`;
}

/** How long a reader waits before it connects again: digits only, anything else is ignored. */
export function encodeRetry(delayMs: number): string {
  assert(Number.isSafeInteger(delayMs) && delayMs >= 0, 'retry is a whole number of ms');
  return `retry: ${delayMs}\n\n`;
}
