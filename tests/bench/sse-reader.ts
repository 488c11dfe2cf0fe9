import { request, type ClientRequest } from 'node:http';
import { createParser } from 'eventsource-parser';

export interface SseReader {
  opened: Promise<void>;
  close(): void;
}

/** The same plain reader for every contender: what differs is the server alone. */
export function readSse(
  url: string,
  headers: Record<string, string>,
  onEvent: (event: string, id: string | undefined, data: string) => void,
): SseReader {
  const parser = createParser({ onEvent: ({ event, id, data }) => onEvent(event ?? 'message', id, data) });
  let call: ClientRequest | undefined;
  const opened = new Promise<void>((resolve, reject) => {
    call = request(url, { headers: { accept: 'text/event-stream', ...headers } }, response => {
      if (response.statusCode !== 200) return reject(new Error(`SSE answered ${response.statusCode}`));
      response.socket.setNoDelay(true);
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => parser.feed(chunk));
      response.on('error', () => undefined);
      resolve();
    });
    call.on('error', reject);
    call.end();
  });
  return { opened, close: () => void call?.destroy() };
}
