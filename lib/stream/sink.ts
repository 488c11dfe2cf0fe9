/** Where one reader's bytes go: a node:http response, a web stream, or a test's array. */
export interface StreamSink {
  /** False: full; the stream writes nothing more until `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Bytes handed over that nobody took yet. */
  bufferedBytes(): number;
  /** Falls with bytes that go out within one write too; without it `bufferedBytes` has to tell. */
  drainGauge?(): number;
  onDrain(run: () => void): void;
  /** The reader went away, or `end` is through. May be called more than once. */
  onClose(run: () => void): void;
  /** After what was written. */
  end(): void;
}

/** No compression and no buffering anywhere on the way: an event that waits in a proxy is an event that is late. */
export const SSE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
});
