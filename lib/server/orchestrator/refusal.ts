import { isControlPlaneError } from '@/lib/domain/errors';
import type { Client } from '@/lib/sdk/client';
import type { EventStream } from '@/lib/sdk/event-stream';
import type { Logger } from '@/lib/telemetry/logger';

export interface RefusalOptions {
  client: Client;
  stream: Pick<EventStream, 'retry'>;
  log: Logger;
  /** The credential itself is dead. */
  onFatal(): void;
}

/** Without events work is still found by the sweep, so there is no hurry. */
const RETRY_MS = 60_000;

/**
 * The stream was refused. When the token is void nothing can be done any more; when it still holds (the consumer
 * belongs to another token, say) the sweep goes on without events, and the stream is asked for again now and then.
 */
export async function watchRefusal({ client, stream, log, onFatal }: RefusalOptions): Promise<void> {
  try {
    await client.get('/api/auth/me');
    log.error('events are refused though the token holds; work is found by the sweep alone');
  } catch (error) {
    if (isControlPlaneError(error, 'unauthenticated') || isControlPlaneError(error, 'forbidden')) {
      log.fatal({ err: error }, 'the token is not accepted any more');
      return onFatal();
    }
    log.warn({ err: error }, 'whether the token still holds cannot be asked');
  }
  setTimeout(() => stream.retry(), RETRY_MS).unref();
}
