import { afterEach, describe, expect, it } from 'vitest';
import { createRig, stopRigs } from './support/rig';

afterEach(stopRigs);

describe('a reader that does not read', () => {
  it('is closed past 1,000 events, and no other reader feels it', async () => {
    const { source, timers, connect, hub } = await createRig();
    const slow = connect({ isReading: false });
    const fast = connect();
    await timers.advance(2_000);
    const ids = Array.from({ length: 1_001 }, () => source.append());
    await timers.settle();
    expect(await slow.handle.closed).toBe('slow-reader');
    expect(slow.sink.isEnded).toBe(true);
    expect(fast.sink.ids()).toEqual(ids);
    expect(hub.metrics()).toMatchObject({ subscribers: 1, slowReadersTotal: 1 });
  });

  it('is closed past 1 MiB', async () => {
    const { source, timers, connect } = await createRig();
    const slow = connect({ isReading: false });
    await timers.advance(2_000);
    for (let at = 0; at < 5; at += 1) source.append({ data: { text: 'x'.repeat(256 * 1_024) } });
    await timers.settle();
    expect(await slow.handle.closed).toBe('slow-reader');
  });

  it('costs its socket one write and no queue of its own', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect({ isReading: false });
    const before = sink.writes;
    for (let at = 0; at < 500; at += 1) {
      source.append();
      await timers.settle();
    }
    expect(sink.writes - before).toBe(0);
  });

  it('is closed after 30 s in which nothing drained', async () => {
    const { source, timers, connect } = await createRig();
    const stalled = connect({ isReading: false });
    source.append();
    await timers.advance(29_000);
    expect(stalled.sink.isEnded).toBe(false);
    await timers.advance(1_500);
    expect(await stalled.handle.closed).toBe('stalled-reader');
  });

  it('is not closed while it drains, be one write ever so long on its way', async () => {
    const { source, timers, connect } = await createRig();
    const { sink, handle } = connect();
    await timers.advance(1_000);
    sink.isReading = false;
    source.append({ data: { text: 'x'.repeat(128 * 1_024) } });
    for (let at = 0; at < 4; at += 1) {
      await timers.advance(20_000);
      sink.trickle(1_024);
    }
    expect(sink.isEnded).toBe(false);
    await timers.advance(31_000);
    expect(await handle.closed).toBe('stalled-reader');
  });

  it('that only paused gets all it missed, in order', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect({ isReading: false });
    const ids = Array.from({ length: 900 }, () => source.append());
    await timers.advance(20_000);
    sink.drain();
    ids.push(source.append());
    await timers.settle();
    expect(sink.ids()).toEqual(ids);
  });

  it('may be passed by a burst for a moment without being closed', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect();
    await timers.advance(5_000);
    sink.isReading = false;
    const ids = [source.append()];
    await timers.settle();
    ids.push(...Array.from({ length: 5_000 }, () => source.append()));
    await timers.settle();
    sink.drain();
    await timers.settle();
    expect(sink.ids()).toEqual(ids);
  });

  it('while it replays is fed at its own pace, however much there is', async () => {
    const { source, timers, connect } = await createRig();
    const first = connect();
    source.append();
    await timers.settle();
    first.sink.hangUp();
    const ids = Array.from({ length: 20_000 }, () => source.append());
    await timers.settle();
    const { sink } = connect({ after: first.sink.lastId!, isReading: false });
    while (sink.events.length < ids.length) {
      expect(sink.bufferedBytes()).toBeLessThan(200_000);
      await timers.advance(5_000);
      sink.drain({ thenReads: false });
      await timers.settle();
    }
    expect(sink.ids()).toEqual(ids);
    expect(sink.isEnded).toBe(false);
  });
});
