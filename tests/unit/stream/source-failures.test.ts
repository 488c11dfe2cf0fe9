import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { createRig, type Reader, stopRigs } from './support/rig';
import { IDENTITY } from './support/scripted-source';

afterEach(stopRigs);

const types = ({ sink }: Reader) => sink.events.map(({ event }) => event);

describe('a cursor that ends', () => {
  it.each([
    ['an interruption', new ControlPlaneError('unavailable', 'stepped down')],
    ['a plain end', new ControlPlaneError('unavailable', 'the end')],
    ['an error of no known kind', new Error('surprise')],
  ])('by %s is opened again after the last step, and readers notice nothing', async (_, error) => {
    const { source, timers, connect, hub } = await createRig();
    const reader = connect();
    const ids = [source.append()];
    await timers.settle();
    source.breakCursors(error);
    await timers.settle();
    expect(hub.state).toBe('reconnecting');
    ids.push(source.append(), source.append());
    await timers.advance(200);
    expect(hub.state).toBe('live');
    expect(source.opens.at(-1)!.afterToken).toBe(source.tokenAt(0));
    expect(reader.sink.ids()).toEqual(ids);
    expect(hub.metrics().reopensTotal).toBe(1);
  });

  it('and begins again a little before where it ended repeats nothing', async () => {
    const { source, timers, connect } = await createRig();
    const reader = connect();
    const ids = [source.append(), source.append()];
    await timers.settle();
    const open = source.open.bind(source);
    source.open = options => open({ ...options, afterToken: source.tokenAt(0) });
    source.breakCursors();
    ids.push(source.append());
    await timers.advance(500);
    expect(reader.sink.ids()).toEqual(ids);
  });

  it('without end is tried again with growing, bounded pauses', async () => {
    const { source, timers, hub } = await createRig();
    source.isDown = true;
    source.breakCursors();
    await timers.advance(60_000);
    expect(source.opens.length).toBeGreaterThan(12);
    expect(source.opens.length).toBeLessThan(30);
    expect(hub.state).toBe('reconnecting');
  });

  it('for an event that can never be read is given up after a few tries, with one reset', async () => {
    const { source, timers, connect, hub } = await createRig();
    const reader = connect();
    source.poisonAt = 0;
    source.append();
    await timers.advance(2_000);
    const id = source.append();
    await timers.settle();
    expect(types(reader)).toEqual(['reset', 'message-created']);
    expect(reader.sink.ids().at(-1)).toBe(id);
    expect(hub.metrics().historyLostTotal).toBe(1);
  });
});

describe('a source that says nothing', () => {
  it('is left after 3 s without waiting for it, and opened again', async () => {
    const { source, timers, connect, hub } = await createRig();
    const reader = connect();
    source.isSilent = true;
    const id = source.append();
    await timers.advance(2_500);
    expect(hub.state).toBe('live');
    await timers.advance(1_100);
    expect(hub.metrics().reopensTotal).toBe(1);
    source.isSilent = false;
    await timers.advance(1_000);
    expect(hub.state).toBe('live');
    expect(reader.sink.ids()).toEqual([id]);
  });

  it('while it opens is left as well', async () => {
    const { source, timers, hub } = await createRig();
    source.isHanging = true;
    source.breakCursors();
    await timers.advance(5_000);
    expect(source.opens.length).toBeGreaterThanOrEqual(3);
    source.isHanging = false;
    await timers.advance(10_000);
    expect(hub.state).toBe('live');
  });
});

describe('a place far back', () => {
  it('that takes the source long to find is found, for the hub and for a reader', async () => {
    const { source, timers, connect, hub } = await createRig({ limits: { ringEvents: 5 } });
    const first = connect();
    source.append();
    await timers.settle();
    first.sink.hangUp();
    const ids = Array.from({ length: 50 }, () => source.append());
    await timers.settle();
    const open = source.open.bind(source);
    source.open = async options => {
      await new Promise<void>(resolve => timers.after(10_000, resolve));
      return open(options);
    };
    source.breakCursors();
    const reader = connect({ after: first.sink.lastId! });
    await timers.advance(60_000);
    expect(hub.state).toBe('live');
    expect(reader.sink.ids()).toEqual(ids);
  });
});

describe('lost history', () => {
  it('is told to every reader exactly once, whatever it was doing, and then it gets live events', async () => {
    const { source, timers, connect, hub } = await createRig({ limits: { ringEvents: 5, readerStallMs: 1e9 } });
    const [live, blocked] = [connect(), connect()];
    source.append();
    await timers.settle();
    const oldId = live.sink.lastId!;
    blocked.sink.isReading = false;
    source.append();
    await timers.settle();
    for (let at = 0; at < 20; at += 1) source.append();
    await timers.settle();
    source.isSilent = true;
    const replaying = connect({ after: oldId });
    await timers.settle();

    source.isDown = true;
    source.breakCursors();
    source.append();
    source.cut();
    await timers.advance(300);
    source.isSilent = false;
    source.isDown = false;
    await timers.advance(3_000);
    expect(hub.metrics().historyLostTotal).toBe(1);
    blocked.sink.drain();
    const id = source.append();
    await timers.advance(1_000);
    for (const reader of [live, blocked, replaying]) {
      expect(reader.sink.of('reset')).toHaveLength(1);
      expect(types(reader).slice(-2)).toEqual(['reset', 'message-created']);
      expect(reader.sink.ids().at(-1)).toBe(id);
      expect(reader.sink.of('reset')[0]).toMatchObject({ data: { reason: 'history-lost' } });
    }
    const resets = live.sink.of('reset');
    expect(resets[0]!.id).toBe(resets[0]!.data['cursor']);
  });

  it('is told to listeners in the process too', async () => {
    const { source, timers, hub } = await createRig();
    const heard: string[] = [];
    hub.onReset(reason => heard.push(reason));
    source.append();
    await timers.settle();
    source.append();
    source.cut();
    source.breakCursors(new ControlPlaneError('history-lost', 'gone'));
    await timers.advance(1_000);
    expect(heard).toEqual(['history-lost']);
  });

  it('of one reader that comes back too late is its own alone', async () => {
    const { source, timers, connect } = await createRig({ limits: { ringEvents: 5 } });
    const first = connect();
    source.append();
    await timers.settle();
    const staying = connect();
    first.sink.hangUp();
    for (let at = 0; at < 50; at += 1) source.append();
    await timers.settle();
    source.cut();
    const late = connect({ after: first.sink.lastId! });
    // Until the stream itself was read on: it might find out the same, and tell everybody.
    await timers.advance(1_000);
    const id = source.append();
    await timers.settle();
    expect(types(late)).toEqual(['reset', 'message-created']);
    expect(late.sink.ids().at(-1)).toBe(id);
    expect(staying.sink.of('reset')).toEqual([]);
  });
});

describe('another stream in place of this one', () => {
  it.each([
    ['other-database', { ...IDENTITY, databaseId: 'bbbbbbbbbbbbbbbb' }],
    ['stream-restarted', { ...IDENTITY, streamEpoch: 2 }],
    ['pipeline-changed', { ...IDENTITY, pipelineVersion: 'p2' }],
  ])('gives one reset: %s', async (reason, identity) => {
    const { source, timers, connect, hub } = await createRig();
    const reader = connect();
    source.append();
    await timers.settle();
    const before = hub.position()!;
    source.identity = identity;
    source.breakCursors();
    await timers.advance(500);
    const id = source.append();
    await timers.settle();
    expect(types(reader)).toEqual(['message-created', 'reset', 'message-created']);
    expect(reader.sink.of('reset')[0]!.data['reason']).toBe(reason);
    expect(reader.sink.ids().at(-1)).toBe(id);
    expect(hub.judge(before)).toEqual({ ok: false, reason });
    expect(hub.judge(reader.sink.lastId!)).toMatchObject({ ok: true });
  });
});
