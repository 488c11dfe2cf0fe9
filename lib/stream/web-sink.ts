import type { StreamSink } from './sink';

/** Bytes the runtime may hold for a reader before it counts as full. */
const HIGH_WATER_BYTES = 64 * 1_024;

/** A web stream as a sink, for route handlers that answer with a `Response`. */
export function webSink(): { sink: StreamSink; body: ReadableStream<Uint8Array> } {
  const drains: (() => void)[] = [];
  const closes: (() => void)[] = [];
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  let isFull = false;
  const over = () => {
    if (!isOpen) return;
    isOpen = false;
    for (const run of closes) run();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: created => {
        controller = created;
      },
      pull: () => {
        if (!isFull) return;
        isFull = false;
        for (const run of drains) run();
      },
      cancel: over,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_BYTES }),
  );
  const sink: StreamSink = {
    write: chunk => {
      if (!isOpen) return true;
      controller.enqueue(chunk);
      isFull = (controller.desiredSize ?? 0) <= 0;
      return !isFull;
    },
    bufferedBytes: () => (isOpen ? HIGH_WATER_BYTES - (controller.desiredSize ?? 0) : 0),
    onDrain: run => void drains.push(run),
    onClose: run => void closes.push(run),
    end: () => {
      if (!isOpen) return;
      controller.close();
      over();
    },
  };
  return { sink, body };
}
