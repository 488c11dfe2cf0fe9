import type { EventFilter } from '../domain/event/schema';
import type { Principal } from '../domain/identity/schema';
import type { Hub } from './hub';
import type { StreamSink } from './sink';
import { Subscriber, type CloseReason } from './subscriber';

export interface OpenStream {
  principal: Principal;
  filter: EventFilter;
  /** `Last-Event-ID`, else `?after=`: as it came, for a bad one is a `reset` and not a refusal. */
  after?: string;
  consumer?: string;
  /** Where the consumer last acknowledged; read when there is no `after`. */
  consumerPosition?: string | null;
  sink: StreamSink;
  signal?: AbortSignal;
  /** False ends the stream; asked every ten seconds. A rejection changes nothing. */
  stillValid?: () => Promise<boolean>;
}

type Place = Pick<OpenStream, 'after' | 'consumerPosition'>;

export interface StreamHandle {
  readonly id: string;
  /** Resolves when the stream is over; never rejects. */
  readonly closed: Promise<CloseReason>;
  close(reason?: CloseReason): void;
}

let opened = 0;

/** Null: at the present. */
const askedFor = ({ after, consumerPosition }: Place): string | null => after ?? consumerPosition ?? null;

/**
 * The position a stream opened now begins at: no event it gets is earlier. A reader cut off before its first frame
 * comes back with it. Null before the first open.
 */
export function startOf(hub: Hub, place: Place): string | null {
  const asked = askedFor(place);
  return asked !== null && hub.judge(asked)?.ok ? asked : hub.position();
}

/**
 * The one core of `GET /api/events`, whatever carries it. Refuses (`limit-exceeded`) before a byte is written, so that
 * the door can still answer 429; from then on the stream only ever ends, it does not fail.
 */
export function openStream(hub: Hub, options: OpenStream): StreamHandle {
  const { principal, filter, consumer, sink, signal, stillValid } = options;
  const { readers, timers } = hub;
  // A name's second connection ends the first, which must not count against the second.
  if (consumer !== undefined) readers.endConsumer(principal.tenantId, consumer);
  readers.check(principal);
  opened += 1;
  const subscriber = new Subscriber({
    id: `s${opened}`,
    principal,
    consumer: consumer ?? null,
    matcher: hub.createMatcher(principal, filter),
    stillValid: stillValid ?? null,
    sink,
    openedAtMs: timers.now(),
  });
  const close = (reason: CloseReason = 'ended') => readers.close(subscriber, reason);
  const abort = () => close('client');
  signal?.addEventListener('abort', abort, { once: true });
  void subscriber.closed.then(() => signal?.removeEventListener('abort', abort));
  readers.attach(subscriber, askedFor(options));
  if (signal?.aborted) abort();
  return { id: subscriber.id, closed: subscriber.closed, close };
}
