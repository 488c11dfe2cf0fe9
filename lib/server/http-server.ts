import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toOriginForm } from './origin-form';
import { StartupError } from './startup-error';

export interface Listening {
  server: Server;
  port: number;
  close(): Promise<void>;
}

export interface WantedPort {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Where whoever started the process sets it. */
  portVariable: string;
}

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

/** Time for a request to come in, its headers and all of it; how long its answer takes, a stream's say, is not bounded by it. */
const HEADERS_WITHIN_MS = 15_000;
const REQUEST_WITHIN_MS = 60_000;
/** How often it is looked at. */
const LOOK_MS = 5_000;
const KEEP_ALIVE_MS = 65_000;
/** At a stop: for what asks nothing (a browser's spare connection), and for what is still being answered. */
const SILENT_GRACE_MS = 1_000;
const ANSWER_GRACE_MS = 3_000;

export async function listen(
  handler: Handler,
  wanted: WantedPort,
  { requestWithinMs = REQUEST_WITHIN_MS, lookMs = LOOK_MS } = {},
): Promise<Listening> {
  const { host, port } = wanted;
  const answering = new Set<ServerResponse>();
  let isClosing = false;
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.min(HEADERS_WITHIN_MS, requestWithinMs),
      requestTimeout: requestWithinMs,
      connectionsCheckingInterval: lookMs,
    },
    (req, res) => {
      answering.add(res);
      res.once('close', () => answering.delete(res));
      if (isClosing) res.shouldKeepAlive = false;
      toOriginForm(req);
      return handler(req, res);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(refusedPort(error, wanted)));
    server.listen({ host, port, backlog: 4_096 }, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        isClosing = true;
        server.close(() => resolve());
        // A stream takes its connection with it; others are kept for a next request that must not come.
        server.closeIdleConnections();
        for (const res of answering) res.shouldKeepAlive = false;
        const cut = () => server.closeAllConnections();
        setTimeout(() => answering.size === 0 && cut(), SILENT_GRACE_MS).unref();
        setTimeout(cut, ANSWER_GRACE_MS).unref();
      }),
  };
}

/** What a person is told of a port that cannot be had; any other error as it is. */
export function refusedPort(error: Error, { host, port, portVariable: variable }: WantedPort): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE')
    return new StartupError(`${variable}: ${host}:${port} is in use by another program. Choose another ${variable}.`);
  if (code === 'EACCES')
    return new StartupError(`${variable}: not allowed to listen on ${host}:${port}. Choose a port above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartupError(`HOST: '${host}' is not an address of this machine.`);
  return error;
}
