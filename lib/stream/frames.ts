import type { StreamIdentity } from '../domain/event/event-source';
import type { ResetReason } from '../domain/event/schema';
import { encodePosition, type StreamPoint } from '../wire/position';
import { encodeComment, encodeEvent, encodeRetry } from '../wire/sse-frame';

/** Frames about the stream itself. The two that never change are encoded once. */
export const HEARTBEAT = Buffer.from(encodeComment('hb'));

export const greeting = (retryMs: number): Buffer => Buffer.from(encodeComment('connected') + encodeRetry(retryMs));

export const farewell = (retryMs: number): Buffer => Buffer.from(encodeRetry(retryMs));

/** An event, not a bare id: some readers move their position only on events. */
export const checkpointFrame = (identity: StreamIdentity, point: StreamPoint): Buffer =>
  Buffer.from(encodeEvent({ id: encodePosition(identity, point), event: 'checkpoint', data: {} }));

export function resetFrame(identity: StreamIdentity, point: StreamPoint, reason: ResetReason): Buffer {
  const cursor = encodePosition(identity, point);
  return Buffer.from(encodeEvent({ id: cursor, event: 'reset', data: { reason, cursor } }));
}
