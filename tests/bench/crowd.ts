import { connect, type Socket } from 'node:net';
import { nowMs } from './clock';

/**
 * Very many readers of one event stream, in one process: plain sockets that look for the id of each event and nothing
 * else, so that what is measured is the server and the machine and not so many parsers.
 */
export interface CrowdOrders {
  url: string;
  token: string | null;
  readers: number;
}

/** As many as a listening socket takes at once without being told to wait. */
const OPENED_TOGETHER = 100;
const OPENED_WITHIN_MS = 60_000;
const ID = Buffer.from('"id":"');
const ID_LENGTH = 24;
const OK = Buffer.from('HTTP/1.1 200 ');

export async function runCrowd(orders: CrowdOrders, say: (message: object) => void): Promise<void> {
  const counts = new Map<string, number>();
  let ended = 0;
  const saw = (id: string): void => {
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    if (count < orders.readers) return;
    counts.delete(id);
    say({ id, atMs: nowMs() });
  };
  let refused = 0;
  for (let at = 0; at < orders.readers; at += OPENED_TOGETHER) {
    const together = Math.min(OPENED_TOGETHER, orders.readers - at);
    const opened = await Promise.all(
      Array.from({ length: together }, () => openReader(orders, saw, () => (ended += 1))),
    );
    refused += opened.filter(isOpen => !isOpen).length;
  }
  process.on('message', () => say({ ended }));
  process.once('disconnect', () => process.exit(0));
  say({ ready: true, refused });
}

function openReader({ url, token }: CrowdOrders, saw: (id: string) => void, gone: () => void): Promise<boolean> {
  const { hostname, port, pathname, search, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.setTimeout(OPENED_WITHIN_MS, () => reject(new Error('a reader was not answered')));
    socket.once('error', reject);
    socket.once('data', (first: Buffer) => {
      const isOpen = first.subarray(0, OK.length).equals(OK);
      socket.setTimeout(0);
      if (isOpen) follow(socket, saw, gone);
      else socket.destroy();
      resolve(isOpen);
    });
    const authorization = token === null ? '' : `Authorization: Bearer ${token}\r\n`;
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n${authorization}\r\n`,
    );
  });
}

/** A frame is small and written at once; where one is cut all the same, its rest is waited for. */
function follow(socket: Socket, saw: (id: string) => void, gone: () => void): void {
  let rest: Buffer | null = null;
  socket.on('data', (data: Buffer) => {
    let chunk = rest ? Buffer.concat([rest, data]) : data;
    rest = null;
    for (let at = chunk.indexOf(ID); at >= 0; at = chunk.indexOf(ID)) {
      const from = at + ID.length;
      if (chunk.length < from + ID_LENGTH) {
        rest = chunk;
        return;
      }
      saw(chunk.toString('latin1', from, from + ID_LENGTH));
      chunk = chunk.subarray(from + ID_LENGTH);
    }
  });
  socket.on('close', gone);
  socket.on('error', () => undefined);
}
