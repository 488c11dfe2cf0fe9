import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { createRig, stopRigs } from './support/rig';

afterEach(stopRigs);

const refusal = (open: () => unknown): ControlPlaneError => {
  try {
    open();
  } catch (error) {
    if (error instanceof ControlPlaneError) return error;
  }
  throw new Error('it was let in');
};

describe('the caps', () => {
  it('refuse a principal’s next stream before a byte is written, and let it in when one has gone', async () => {
    const { connect, hub } = await createRig({ limits: { maxStreamsPerPrincipal: 2 } });
    const [first] = [connect(), connect()];
    const error = refusal(() => connect());
    expect(error.code).toBe('limit-exceeded');
    expect(error.retryAfterMs).toBeGreaterThan(0);
    connect({ principal: { id: 'p2' } });
    connect({ principal: { tenantId: 'acme' } });
    first.sink.hangUp();
    connect();
    expect(hub.metrics()).toMatchObject({ subscribers: 4, streamsRefusedTotal: 1 });
  });

  it('refuse past what the process may hold', async () => {
    const { connect } = await createRig({ limits: { maxStreams: 2 } });
    connect({ principal: { id: 'a' } });
    connect({ principal: { id: 'b' } });
    expect(refusal(() => connect({ principal: { id: 'c' } })).code).toBe('limit-exceeded');
  });
});

describe('a consumer name', () => {
  it('has one connection: the second ends the first, also at the cap', async () => {
    const { connect, hub } = await createRig({ limits: { maxStreamsPerPrincipal: 1 } });
    const first = connect({ consumer: 'desk' });
    const second = connect({ consumer: 'desk' });
    expect(await first.handle.closed).toBe('replaced');
    expect(second.sink.isEnded).toBe(false);
    connect({ consumer: 'desk', principal: { tenantId: 'acme' } });
    expect(hub.connections()).toMatchObject([
      { tenantId: 'default', consumer: 'desk' },
      { tenantId: 'acme', consumer: 'desk' },
    ]);
    hub.endConsumer('default', 'desk');
    expect(await second.handle.closed).toBe('replaced');
  });
});

describe('stopping', () => {
  it('sends each reader a jittered retry, then ends it in good order', async () => {
    let draws = 0;
    const { connect, hub } = await createRig({ random: () => (draws += 0.25) % 1 });
    const readers = [connect(), connect(), connect()];
    await hub.stop();
    for (const { sink, handle } of readers) {
      expect(await handle.closed).toBe('stopping');
      expect(sink.isEnded).toBe(true);
      expect(sink.errors).toEqual([]);
    }
    const retries = readers.map(({ sink }) => sink.retries.at(-1)!);
    expect(new Set(retries).size).toBe(3);
    for (const retryMs of retries) expect(retryMs).toBeGreaterThanOrEqual(500);
    await hub.stop();
  });

  it('dismisses in the same way who was on the way meanwhile', async () => {
    const { connect, hub } = await createRig();
    await hub.stop();
    const { sink, handle } = connect();
    expect(sink.isEnded).toBe(true);
    expect(await handle.closed).toBe('stopping');
    expect(sink.text).toBe(': connected\n\nretry: 1000\n\nretry: 1750\n\n');
    expect(hub.metrics().subscribers).toBe(0);
  });
});
