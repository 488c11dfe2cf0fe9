import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHostPolicy } from '@/lib/auth/hosts';
import { createHttpDoor, type HttpDoor } from '@/lib/http/door';
import { beginStream, serveEvents } from '@/lib/http/events-door';
import { serveEventsToWeb } from '@/lib/http/events-web';
import { deferred } from '@/lib/kernel/deferred';
import { ensureDefaultTenant } from '@/lib/services/tenants/ensure-default-tenant';
import type { Hub } from '@/lib/stream/hub';
import { parsePosition } from '@/lib/wire/position';
import { MemorySink } from '@/tests/support/memory-sink';
import { makePlane, type TestPlane } from '@/tests/support/make-plane';
import { testPrincipal } from '@/tests/support/principal';
import { startHub, stopHubs } from './stream-rig';

let rig: TestPlane;
let hub: Hub;
let door: HttpDoor;
const server = createServer((req, res) => void serveEvents(door, hub, req, res));
const port = () => (server.address() as AddressInfo).port;

beforeAll(async () => {
  rig = await makePlane();
  await ensureDefaultTenant(rig.plane);
  ({ hub } = await startHub(rig.database));
  const hosts = createHostPolicy({ host: '127.0.0.1', port, allowedHosts: [], trustedProxyHops: 0 });
  door = createHttpDoor({ plane: rig.plane, hosts, cursor: () => hub.position() });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await stopHubs();
});

const pointOf = (position: string | null): string => parsePosition(position!)!.point;

/** Where a stream through that door says it begins; it is left again at once. */
type Through = (lastEventId?: string) => Promise<string | null>;
const headersFor = (lastEventId?: string) => ({
  host: `127.0.0.1:${port()}`,
  authorization: `Bearer ${rig.plane.adminToken}`,
  ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
});
const cursorOf = async (response: Response): Promise<string | null> => {
  expect(response.status).toBe(200);
  await response.body!.cancel();
  return response.headers.get('x-event-cursor');
};
const overNode: Through = async lastEventId =>
  cursorOf(await fetch(`http://127.0.0.1:${port()}/api/events`, { headers: headersFor(lastEventId) }));
const overWeb: Through = async lastEventId => {
  const request = new Request(`http://127.0.0.1:${port()}/api/events`, { headers: headersFor(lastEventId) });
  return cursorOf(await serveEventsToWeb({ door, hub }, request));
};

describe.each([
  ['node:http', overNode],
  ['a Response', overWeb],
])('the stream over %s', (_, begin) => {
  it('says where it begins: at the present, where it was asked to, or anew', async () => {
    const before = hub.position()!;
    await rig.database.db.collection('messages').insertOne({ body: 'x' });
    await expect.poll(() => pointOf(hub.position()), { timeout: 10_000 }).not.toBe(pointOf(before));
    expect(await begin(before)).toBe(before);
    const now = await begin();
    expect(pointOf(now) > pointOf(before)).toBe(true);
    expect(pointOf(await begin('garbage')) >= pointOf(now)).toBe(true);
  });
});

describe('a request whose reader gave up while its consumer was looked up', () => {
  it('does not end the stream that its reader has by now', async () => {
    const { plane } = rig;
    const begin = async (signal: AbortSignal): Promise<MemorySink> => {
      const sink = new MemorySink();
      const stream = {
        principal: testPrincipal(),
        requestId: 'r1',
        queryText: 'consumer=desk',
        lastEventId: undefined,
      };
      await beginStream(plane, hub, stream, () => sink, signal);
      return sink;
    };
    const looked = deferred<null>();
    vi.spyOn(plane.collections.consumers, 'findOne').mockReturnValueOnce(looked.promise);
    const gone = new AbortController();
    const first = begin(gone.signal);
    const stays = new AbortController();
    const second = await begin(stays.signal);
    gone.abort();
    looked.resolve(null);
    expect((await first).text).toBe('');
    expect(second.isEnded).toBe(false);
    expect(hub.connections().filter(({ consumer }) => consumer === 'desk')).toHaveLength(1);
    stays.abort();
  });
});
