import { createParser } from 'eventsource-parser';
import { ControlPlaneError } from '../domain/errors';
import { causeText } from './client';
import { startDeadline } from './deadline';
import { errorFromResponse, unreachable } from './problem';
import { bodyChunks } from './read-body';
import { readFrame, type StreamFrame } from './stream-event';

export interface ConnectionRequest {
  url: string;
  token: string | undefined;
  /** Resume after this position. */
  lastEventId: string | null;
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
  connectMs: number;
  silenceMs: number;
}

export interface ConnectionHandlers {
  /** `cursor` is where the stream begins; null when the server does not say. */
  onOpen(cursor: string | null): void;
  onFrame(frame: StreamFrame): void;
  onRetry(retryMs: number): void;
}

/** Frames hold routing fields only; one far larger than any of them is not ours and must not fill the memory. */
const MAX_FRAME_CHARACTERS = 1_048_576;

/**
 * One connection, from request to end. Resolves when the server ends the stream, rejects with what broke it; an abort
 * by the caller resolves. Fetch and not EventSource: that one closes for ever on a 503, sends no bearer token, and
 * does not see the heartbeats a silent line is told by.
 */
export async function runConnection(request: ConnectionRequest, handlers: ConnectionHandlers): Promise<void> {
  const deadline = startDeadline(request.connectMs, request.signal);
  let opened = false;
  try {
    const response = await open(request, deadline.signal);
    opened = true;
    deadline.restart(request.silenceMs);
    handlers.onOpen(response.headers.get('x-event-cursor'));
    await readAll(response, deadline.signal, () => deadline.restart(request.silenceMs), handlers);
  } catch (error) {
    if (request.signal.aborted) return;
    if (error instanceof ControlPlaneError) throw error;
    const silent = opened ? `not a byte in ${request.silenceMs} ms` : `no stream in ${request.connectMs} ms`;
    throw unreachable(request.url, deadline.expired() ? silent : causeText(error), error);
  } finally {
    deadline.clear();
  }
}

async function open({ url, token, lastEventId, fetch }: ConnectionRequest, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
    },
    signal,
    redirect: 'error',
    cache: 'no-store',
  });
  if (!response.ok) throw await errorFromResponse(response, signal);
  const type = response.headers.get('content-type') ?? 'nothing';
  if (response.status === 200 && type.startsWith('text/event-stream') && response.body !== null) return response;
  void response.body?.cancel();
  throw unreachable(url, `${response.status} with ${type} instead of text/event-stream`);
}

async function readAll(
  response: Response,
  signal: AbortSignal,
  onByte: () => void,
  handlers: ConnectionHandlers,
): Promise<void> {
  const parser = createParser({
    maxBufferSize: MAX_FRAME_CHARACTERS,
    onEvent: ({ event, id, data }) => handlers.onFrame(readFrame(event, id, data)),
    onRetry: handlers.onRetry,
    onError: error => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of bodyChunks(response, signal)) {
    onByte();
    parser.feed(decoder.decode(chunk, { stream: true }));
  }
}
