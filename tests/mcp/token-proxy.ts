import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenProxy {
  url: string;
  stop(): Promise<void>;
}

/** Adds the token that the suite has no option for, and changes nothing else: a foreign Host or Origin stays foreign. */
export async function startTokenProxy(target: string, token: string): Promise<TokenProxy> {
  const there = new URL(target);
  const server = createServer((incoming, response) => {
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const isOwn = [own, own.replace('127.0.0.1', 'localhost')];
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    if (isOwn.includes(headers.host ?? '')) headers.host = there.host;
    if (headers.origin && isOwn.includes(new URL(headers.origin).host)) headers.origin = there.origin;
    const { method } = incoming;
    const forward = request(new URL(incoming.url ?? '/', there), { method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forward.on('error', () => response.destroy());
    response.on('close', () => forward.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
