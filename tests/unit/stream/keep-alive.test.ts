import { afterEach, describe, expect, it, vi } from 'vitest';
import { Hub } from '@/lib/stream/hub';
import { parsePosition } from '@/lib/wire/position';
import { connect as connectTo, createRig, stopRigs } from './support/rig';
import { ScriptedSource } from './support/scripted-source';

afterEach(stopRigs);

describe('a quiet connection', () => {
  it('hears a heartbeat every 15 s', async () => {
    const { timers, connect } = await createRig();
    const { sink } = connect();
    await timers.advance(61_000);
    expect(sink.comments.filter(comment => comment === 'hb')).toHaveLength(4);
    await timers.advance(60_000);
    expect(sink.comments.filter(comment => comment === 'hb')).toHaveLength(8);
    expect(sink.text).toContain('\n\n: hb\n\n');
  });

  it('gets a checkpoint after 60 s without an event, and not while events come', async () => {
    const { source, timers, connect, hub } = await createRig();
    const { sink } = connect();
    for (let at = 0; at < 4; at += 1) {
      await timers.advance(40_000);
      source.append();
      await timers.settle();
    }
    expect(sink.of('checkpoint')).toHaveLength(0);
    source.appendQuiet();
    await timers.advance(61_000);
    expect(sink.of('checkpoint')).toMatchObject([{ data: {}, id: hub.position() }]);
  });

  it('may resume from its checkpoint without a gap', async () => {
    const { source, timers, connect } = await createRig();
    const first = connect({ filter: { types: ['task-created'] } });
    for (let at = 0; at < 10; at += 1) source.append();
    await timers.advance(61_000);
    expect(first.sink.of('checkpoint')).toHaveLength(1);
    first.sink.hangUp();
    const id = source.append({ type: 'task-created' });
    await timers.settle();
    const second = connect({ after: first.sink.lastId!, filter: { types: ['task-created'] } });
    await timers.settle();
    expect(second.sink.ids()).toEqual([id]);
  });

  it('gets no checkpoint ahead of an event that it could not take yet', async () => {
    const { source, timers, connect } = await createRig({ limits: { readerStallMs: 1e9 } });
    const { sink } = connect();
    await timers.settle();
    sink.isReading = false;
    source.append();
    await timers.settle();
    source.append();
    await timers.advance(120_000);
    sink.drain();
    await timers.settle();
    expect(sink.events.map(({ event }) => event)).toEqual(['message-created', 'message-created']);
  });

  it('gets checkpoints whatever its filter, with a position that moves', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect({ filter: { types: ['task-created'] } });
    await timers.advance(61_000);
    source.append();
    await timers.advance(61_000);
    const points = sink.of('checkpoint').map(({ id }) => parsePosition(id!)!.point);
    expect(points).toHaveLength(2);
    expect(points[1]! > points[0]!).toBe(true);
  });
});

describe('a wall clock that is set', () => {
  it('back by an hour holds up no heartbeat', async () => {
    const log = { info: () => undefined, warn: () => undefined };
    const limits = { heartbeatMs: 50, tickMs: 20 };
    const hub = new Hub({ source: new ScriptedSource(() => Date.now()), log, limits });
    hub.start();
    await hub.ready();
    const { sink } = connectTo(hub);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    await sink
      .until(({ comments }) => comments.filter(comment => comment === 'hb').length >= 2)
      .finally(async () => {
        vi.useRealTimers();
        await hub.stop();
      });
  });

  it('on by an hour ends a stream whose credentials are over by then, and makes no position one of the future', async () => {
    const { source, timers, connect, hub, startHub } = await createRig();
    const ahead = await startHub();
    const [behind] = source.cursors;
    behind!.wake = () => undefined;
    const { handle } = connect({ principal: { expiresAtMs: timers.wallNow() + 3_600_000 } });
    timers.setWallClock(3_600_000);
    source.append();
    await timers.advance(500);
    expect(await handle.closed).toBe('credentials');
    expect(hub.judge(ahead.position()!)).toMatchObject({ ok: true });
  });

  it('back with the database’s makes no lag', async () => {
    const { source, timers, hub } = await createRig();
    timers.setWallClock(-3_600_000);
    source.append();
    await timers.settle();
    expect(hub.metrics().lagMs).toBe(0);
  });
});

describe('very many quiet connections', () => {
  it('hear their heartbeats in parts, each of them every 15 s', async () => {
    const { timers, connect } = await createRig();
    const sinks = Array.from({ length: 40 }, () => connect().sink);
    const heard = () => sinks.filter(({ comments }) => comments.includes('hb')).length;
    await timers.advance(14_999);
    expect(heard()).toBe(0);
    let most = 0;
    for (let at = 0; at < 40; at += 1) {
      const before = heard();
      await timers.advance(25);
      most = Math.max(most, heard() - before);
    }
    expect(heard()).toBe(40);
    expect(most).toBeLessThanOrEqual(4);
    await timers.advance(60_000);
    for (const { comments } of sinks) expect(comments.filter(comment => comment === 'hb')).toHaveLength(5);
  });
});

describe('credentials', () => {
  it('of many readers are asked about once, each principal by itself, and end them all', async () => {
    const { timers, connect } = await createRig();
    const revoked = new Set<string>();
    const asked: string[] = [];
    const reader = (id: string) =>
      connect({ principal: { id }, stillValid: async () => (asked.push(id), !revoked.has(id)) }).sink;
    const sinks = { one: Array.from({ length: 50 }, () => reader('one')), two: [reader('two')] };
    await timers.advance(11_000);
    expect(asked.toSorted()).toEqual(['one', 'two']);
    revoked.add('one');
    await timers.advance(15_000);
    expect(sinks.one.every(sink => sink.isEnded)).toBe(true);
    expect(sinks.two[0]!.isEnded).toBe(false);
  });

  it('that are revoked end the stream within 15 s', async () => {
    const { timers, connect } = await createRig();
    let isValid = true;
    const { handle, sink } = connect({ stillValid: async () => isValid });
    await timers.advance(30_000);
    expect(sink.isEnded).toBe(false);
    isValid = false;
    await timers.advance(15_000);
    expect(await handle.closed).toBe('credentials');
  });

  it('that cannot be checked now end nothing', async () => {
    const { timers, connect } = await createRig();
    const { sink } = connect({ stillValid: () => Promise.reject(new Error('database away')) });
    await timers.advance(60_000);
    expect(sink.isEnded).toBe(false);
  });

  it('that expire end the stream at that time', async () => {
    const { timers, connect } = await createRig();
    const { handle, sink } = connect({ principal: { expiresAtMs: timers.now() + 20_000 } });
    await timers.advance(19_000);
    expect(sink.isEnded).toBe(false);
    await timers.advance(1_500);
    expect(await handle.closed).toBe('credentials');
  });
});
