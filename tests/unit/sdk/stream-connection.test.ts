import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runConnection } from '@/lib/sdk/stream-connection';
import type { StreamFrame } from '@/lib/sdk/stream-event';

const FRAMES = [
  ': connected\n\nretry: 1000\n\n',
  'id: e1.aZ_-\nevent: message-created\ndata: {"id":"1","tenantId":"t","at":"x","subject":"día 🎈 — \\n"}\n\n',
  ': hb\n\n',
  'id: e1.b\r\nevent: session:open\r\ndata: {"id":"2","tenantId":"t","at":"x"}\r\n\r\n',
  'id: e1.c\nevent: checkpoint\ndata: {}\n\n',
  'id: e1.d\nevent: reset\ndata: {"reason":"history-lost","cursor":"e1.d"}\n\n',
];
const bytes = new TextEncoder().encode(FRAMES.join(''));

async function readInChunks(cuts: number[]): Promise<{ frames: StreamFrame[]; retries: number[] }> {
  const edges = [...new Set([0, ...cuts.toSorted((a, b) => a - b), bytes.length])];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 1; i < edges.length; i += 1) controller.enqueue(bytes.slice(edges[i - 1], edges[i]));
      controller.close();
    },
  });
  const frames: StreamFrame[] = [];
  const retries: number[] = [];
  await runConnection(
    {
      url: 'http://x/api/events',
      token: undefined,
      lastEventId: null,
      signal: new AbortController().signal,
      fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
      connectMs: 1_000,
      silenceMs: 1_000,
    },
    { onOpen: () => undefined, onFrame: frame => frames.push(frame), onRetry: retryMs => retries.push(retryMs) },
  );
  return { frames, retries };
}

describe('stream connection', () => {
  it('reads the same frames wherever the bytes are split, inside a character too', async () => {
    const whole = await readInChunks([]);
    expect(whole.retries).toEqual([1_000]);
    expect(whole.frames.map(frame => frame.kind)).toEqual(['event', 'event', 'checkpoint', 'reset']);
    for (let cut = 1; cut < bytes.length; cut += 1) expect(await readInChunks([cut])).toEqual(whole);
    const cuts = fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 });
    const splitAnywhere = fc.asyncProperty(cuts, async places => {
      expect(await readInChunks(places)).toEqual(whole);
    });
    await fc.assert(splitAnywhere, { numRuns: 60 });
  });
});
