import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A line between a browser and the real server that a test can cut, and a door where the stream can be refused. */
export interface FrontProxy {
  url: string;
  /** When each `GET /api/events` came, ms since the epoch. */
  streamRequests: number[];
  /** Every stream is answered so until `admit`; those that are open end. */
  refuseStreams(status: number, retryAfterSeconds: number): void;
  admit(): void;
  /** Every connection breaks and none is accepted, until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

const isStream = (req: IncomingMessage): boolean => req.method === 'GET' && /^\/api\/events(\?|$)/.test(req.url ?? '');

export async function startFrontProxy(target: string): Promise<FrontProxy> {
  const sockets = new Set<Socket>();
  const streams = new Set<ServerResponse>();
  const streamRequests: number[] = [];
  let refusal: { status: number; retryAfterSeconds: number } | null = null;
  let isCut = false;
  const server = createServer((req, res) => {
    if (isStream(req)) {
      streamRequests.push(Date.now());
      if (refusal !== null) return refuse(res, refusal);
      streams.add(res);
      res.on('close', () => streams.delete(res));
    }
    forward(req, res, target);
  });
  server.on('connection', socket => {
    if (isCut) return void socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streamRequests,
    refuseStreams: (status, retryAfterSeconds) => {
      refusal = { status, retryAfterSeconds };
      for (const stream of streams) stream.destroy();
    },
    admit: () => {
      refusal = null;
    },
    cut,
    mend: () => {
      isCut = false;
    },
    close: async () => {
      cut();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

function refuse(
  res: ServerResponse,
  { status, retryAfterSeconds }: { status: number; retryAfterSeconds: number },
): void {
  res.writeHead(status, { 'Content-Type': 'application/problem+json', 'Retry-After': String(retryAfterSeconds) });
  res.end(JSON.stringify({ code: status === 429 ? 'limit-exceeded' : 'unavailable', status, detail: 'not now' }));
}

/** The server takes only its own name: Host and Origin are what they would be without the line between. */
function forward(req: IncomingMessage, res: ServerResponse, target: string): void {
  const { host } = new URL(target);
  const headers = { ...req.headers, host, ...(req.headers.origin === undefined ? {} : { origin: target }) };
  const upstream = request(`${target}${req.url}`, { method: req.method, headers }, answer => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
    answer.on('error', () => res.destroy());
  });
  upstream.on('error', () => res.destroy());
  res.on('close', () => upstream.destroy());
  req.pipe(upstream);
}
