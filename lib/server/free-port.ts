import { createServer, type AddressInfo } from 'node:net';

/** A port nobody listens on now, that one or any. For a child that has to be told its port before it starts. */
export function freePort(host: string, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port }, () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => resolve(found));
    });
  });
}
