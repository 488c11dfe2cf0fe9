import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { responseSink } from '@/lib/stream/response-sink';
import type { StreamSink } from '@/lib/stream/sink';
import { webSink } from '@/lib/stream/web-sink';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose one route hands its sink to the test, and a client that has connected to it. */
async function connect(): Promise<{ sink: StreamSink; answer: Promise<IncomingMessage>; server: Server }> {
  let give!: (sink: StreamSink) => void;
  const given = new Promise<StreamSink>(resolve => (give = resolve));
  const server = createServer((_, res) => give(responseSink(res, { 'X-Request-Id': 'r1' })));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  server.keepAliveTimeout = 0;
  // Neither end gives an idle connection up by itself.
  const agent = new Agent({ keepAlive: true });
  const client = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent });
  const answer = new Promise<IncomingMessage>((resolve, reject) =>
    client.once('response', resolve).once('error', reject),
  );
  answer.catch(() => undefined);
  client.end();
  closing.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { sink: await given, answer, server };
}

/** The bytes themselves, as one who asks with that version of HTTP and closes after it. */
async function connectPlainly(version: string): Promise<{ sink: StreamSink; socket: Socket }> {
  let give!: (sink: StreamSink) => void;
  const given = new Promise<StreamSink>(resolve => (give = resolve));
  const server = createServer((_, res) => give(responseSink(res)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const socket = connectSocket((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`GET / HTTP/${version}\r\nHost: here\r\nConnection: close\r\n\r\n`);
  closing.push(() => {
    socket.destroy();
    server.close();
  });
  return { sink: await given, socket };
}

describe('a node:http response', () => {
  it('sends the head of an event stream with its first write', async () => {
    const { sink, answer } = await connect();
    sink.write(Buffer.from(': connected\n\n'));
    const { statusCode, headers } = await answer;
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': 'r1',
    });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('ends in good order: the reader sees the end of the stream after its last bytes', async () => {
    const { sink, answer } = await connect();
    sink.write(Buffer.from(': connected\n\n'));
    sink.write(Buffer.from('retry: 700\n\n'));
    sink.end();
    let text = '';
    for await (const chunk of (await answer).setEncoding('utf8')) text += chunk;
    expect(text).toBe(': connected\n\nretry: 700\n\n');
  });

  it('takes its connection with it: nobody comes back on it to a server that closes', async () => {
    const { sink, answer, server } = await connect();
    sink.write(Buffer.from(': connected\n\n'));
    (await answer).resume();
    const closed = new Promise(resolve => server.close(resolve));
    sink.end();
    await closed;
  });

  it('is well-formed HTTP to the letter, in chunks for 1.1 and as it is for 1.0', async () => {
    const event = Buffer.from('id: 1\ndata: {"é":1}\n\n');
    const bytesOf = async (version: string): Promise<string> => {
      const { sink, socket } = await connectPlainly(version);
      sink.write(event);
      sink.write(event);
      sink.end();
      let text = '';
      for await (const part of socket.setEncoding('utf8')) text += part;
      return text;
    };
    const [head, body] = (await bytesOf('1.1')).split(/(?<=\r\n\r\n)(.*)/s);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
    expect(event).toHaveLength(0x16);
    expect(body).toBe(`16\r\n${event.toString()}\r\n`.repeat(2) + '0\r\n\r\n');
    const old = (await bytesOf('1.0')).split(/(?<=\r\n\r\n)(.*)/s);
    expect(old[0]).not.toMatch(/Transfer-Encoding/);
    expect(old[1]).toBe(event.toString().repeat(2));
  });

  it('says when it is full, drains when read, and counts what it holds', async () => {
    const { sink, answer } = await connect();
    const chunk = Buffer.alloc(256 * 1_024, 'x');
    let written = 0;
    while (sink.bufferedBytes() < chunk.length) {
      sink.write(chunk);
      written += chunk.length;
    }
    expect(sink.write(chunk)).toBe(false);
    written += chunk.length;
    const drained = new Promise<void>(resolve => sink.onDrain(resolve));
    let read = 0;
    const reader = (async () => {
      for await (const part of await answer) read += (part as Buffer).length;
    })();
    await drained;
    expect(sink.bufferedBytes()).toBe(0);
    sink.end();
    await reader;
    expect(read).toBe(written);
  });

  it('shows bytes that go out also within one long write', async () => {
    const { sink, answer } = await connect();
    sink.write(Buffer.alloc(32 * 1_024 * 1_024, 'x'));
    const body = await answer;
    const [gauge, buffered] = [sink.drainGauge!(), sink.bufferedBytes()];
    let bufferedThen = 0;
    for await (const _ of body) {
      bufferedThen = sink.bufferedBytes();
      if (sink.drainGauge!() < gauge) break;
    }
    expect(bufferedThen).toBe(buffered);
  });

  it('cuts a reader that takes neither bytes nor the end', async () => {
    const { sink, answer } = await connect();
    const closed = new Promise<void>(resolve => sink.onClose(resolve));
    const chunk = Buffer.alloc(1_024 * 1_024, 'x');
    sink.write(chunk);
    (await answer).pause();
    for (let at = 0; at < 30; at += 1) sink.write(chunk);
    expect(sink.bufferedBytes()).toBeGreaterThan(chunk.length);
    sink.end();
    await closed;
  });

  it('tells when the reader goes away', async () => {
    const { sink, answer } = await connect();
    const closed = new Promise<void>(resolve => sink.onClose(resolve));
    sink.write(Buffer.from(': connected\n\n'));
    (await answer).destroy();
    await closed;
  });
});

describe('a web stream', () => {
  it('gives what was written, says when it is full, and goes on when it was read', async () => {
    const { sink, body } = webSink();
    let drains = 0;
    sink.onDrain(() => (drains += 1));
    expect(sink.write(Buffer.from('a'))).toBe(true);
    expect(sink.write(Buffer.alloc(128 * 1_024))).toBe(false);
    expect(sink.bufferedBytes()).toBe(128 * 1_024 + 1);
    const reader = body.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('a');
    expect((await reader.read()).value).toHaveLength(128 * 1_024);
    sink.write(Buffer.from('b'));
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('b');
    expect(drains).toBe(1);
    sink.end();
    expect((await reader.read()).done).toBe(true);
  });

  it('tells when the reader goes away, and takes no more', async () => {
    const { sink, body } = webSink();
    let closes = 0;
    sink.onClose(() => (closes += 1));
    await body.cancel();
    expect(closes).toBe(1);
    expect(sink.write(Buffer.from('late'))).toBe(true);
    sink.end();
    expect(closes).toBe(1);
  });
});
