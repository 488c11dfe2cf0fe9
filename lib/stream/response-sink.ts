import type { ServerResponse } from 'node:http';
import { SSE_HEADERS, type StreamSink } from './sink';

/** A reader that takes nothing also takes no end of stream: after this its socket is cut. */
const END_PATIENCE_MS = 1_000;

/** A node:http response as a sink. The head goes out with the first write, so that a refusal can still be a 429. */
export function responseSink(res: ServerResponse, headers: Readonly<Record<string, string>> = {}): StreamSink {
  // Without this the last bytes of an event may wait for an acknowledgement of the ones before.
  res.socket?.setNoDelay(true);
  let isChunked = false;
  return {
    write: chunk => {
      // As a chunk it would be the end of the stream.
      if (chunk.length === 0) return !res.writableNeedDrain;
      if (!res.headersSent) {
        // Kept, the socket would bring its reader back to a process that stops, and be cut under it.
        res.writeHead(200, { ...SSE_HEADERS, Connection: 'close', ...headers });
        // What goes to a thousand readers is put into its HTTP chunk once, and not by each response in three writes.
        isChunked = res.chunkedEncoding;
        res.chunkedEncoding = false;
      }
      return res.write(isChunked ? asHttpChunk(chunk) : chunk);
    },
    bufferedBytes: () => res.writableLength,
    drainGauge: () => res.writableLength + inFlightBytes(res),
    onDrain: run => void res.on('drain', run),
    // 'close' of the response, not of the request: the request is long over.
    onClose: run => void res.once('close', run),
    end: () => endResponse(res, isChunked ? LAST_HTTP_CHUNK : ''),
  };
}

/** A socket's length counts a write whole until its last byte is out; its handle knows, as node's own time-out does. */
function inFlightBytes({ socket }: ServerResponse): number {
  return (socket as { _handle?: { writeQueueSize?: number } | null } | null)?._handle?.writeQueueSize ?? 0;
}

const LAST_HTTP_CHUNK = '0\r\n\r\n';
const CRLF = Buffer.from('\r\n');
const httpChunks = new WeakMap<Buffer, Buffer>();

function asHttpChunk(chunk: Buffer): Buffer {
  const known = httpChunks.get(chunk);
  if (known) return known;
  const framed = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, CRLF]);
  httpChunks.set(chunk, framed);
  return framed;
}

function endResponse(res: ServerResponse, last: string): void {
  if (res.destroyed || res.writableEnded) return;
  const timer = setTimeout(() => res.destroy(), END_PATIENCE_MS);
  timer.unref();
  res.once('close', () => clearTimeout(timer));
  res.end(last);
}
