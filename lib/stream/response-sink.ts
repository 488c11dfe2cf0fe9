import type { ServerResponse } from 'node:http';
import { SSE_HEADERS, type StreamSink } from './sink';

/** A reader that takes nothing also takes no end of stream: after this its socket is cut. */
const END_PATIENCE_MS = 1_000;

/** A node:http response as a sink. The head goes out with the first write, so that a refusal can still be a 429. */
export function responseSink(res: ServerResponse, headers: Readonly<Record<string, string>> = {}): StreamSink {
  // Without this the last bytes of an event may wait for an acknowledgement of the ones before.
  res.socket?.setNoDelay(true);
  return {
    write: chunk => {
      if (!res.headersSent) res.writeHead(200, { ...SSE_HEADERS, ...headers });
      return res.write(chunk);
    },
    bufferedBytes: () => res.writableLength,
    onDrain: run => void res.on('drain', run),
    // 'close' of the response, not of the request: the request is long over.
    onClose: run => void res.once('close', run),
    end: () => endResponse(res),
  };
}

function endResponse(res: ServerResponse): void {
  if (res.destroyed || res.writableEnded) return;
  const timer = setTimeout(() => res.destroy(), END_PATIENCE_MS);
  timer.unref();
  res.once('close', () => clearTimeout(timer));
  res.end();
}
