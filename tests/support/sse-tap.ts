import { createParser } from 'eventsource-parser';

export interface TappedEvent {
  id: string | undefined;
  event: string;
  data: Record<string, unknown>;
}

export interface SseTap {
  events: TappedEvent[];
  /** Resolves when the server has begun to answer. */
  opened: Promise<Response>;
  close(): void;
}

/** Reads `/api/events` as plainly as curl does. */
export function tapEvents(url: string, token: string, headers: Record<string, string> = {}): SseTap {
  const events: TappedEvent[] = [];
  const stop = new AbortController();
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      events.push({ id, event: event ?? 'message', data: JSON.parse(data) as Record<string, unknown> }),
  });
  const opened = fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers }, signal: stop.signal });
  void (async () => {
    const response = await opened;
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  })().catch(() => undefined);
  return { events, opened, close: () => stop.abort() };
}
