import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { tooFarBack, type EventCursor, type OpenSource } from '@/lib/domain/event/event-source';
import type { Reader } from './support/rig';
import { createRig, type Rig, stopRigs, withHistory } from './support/rig';

/** The few places for reading back: who holds one, for how long, and what a loss in the middle of it means. */

afterEach(stopRigs);

/** It takes a place, then reads no more. */
function stopsReading(rig: Rig, after: string): Reader {
  const reader = rig.connect({ after });
  reader.sink.isReading = false;
  return reader;
}

const lost = () => new ControlPlaneError('history-lost', 'gone');
const isResume = ({ afterToken }: OpenSource): boolean => afterToken !== undefined;

/** What a server says that was given too little time for so long a way. */
const refuseTooFar =
  (rig: Rig, isRefused: (options: OpenSource) => boolean) =>
  async (options: OpenSource): Promise<EventCursor> => {
    if (!isRefused(options)) return Object.getPrototypeOf(rig.source).open.call(rig.source, options);
    await new Promise<void>(resolve => rig.timers.after(options.withinMs! * 0.75, resolve));
    throw tooFarBack(null);
  };

describe('a reader that does not read', () => {
  it('gives its place to whoever waits for one, and goes on when it reads again', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 1 } });
    const { after, ids } = await withHistory(rig, 2_000);
    const slow = stopsReading(rig, after);
    await rig.timers.settle();
    const fast = rig.connect({ after });
    await rig.timers.advance(600);
    expect(fast.sink.ids()).toEqual(ids);
    expect(slow.sink.isEnded).toBe(false);
    slow.sink.drain();
    await rig.timers.advance(1_000);
    expect(slow.sink.ids()).toEqual(ids);
  });

  it('holds nobody up together with forty like it', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, maxStreamsPerPrincipal: 100 } });
    const { after, ids } = await withHistory(rig, 600);
    for (let count = 0; count < 40; count += 1) stopsReading(rig, after);
    const good = rig.connect({ after });
    await rig.timers.advance(4_000);
    expect(good.sink.ids()).toEqual(ids);
  });

  it('and slows down gets all the same once, in order', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 1, eventsPerTurn: 64 } });
    const { after, ids } = await withHistory(rig, 1_000);
    const readers = [stopsReading(rig, after), stopsReading(rig, after)];
    for (let at = 0; at < 60; at += 1) {
      await rig.timers.advance(300);
      for (const { sink } of readers) sink.drain({ thenReads: false });
    }
    for (const { sink } of readers) sink.drain();
    await rig.timers.advance(1_000);
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
  });
});

describe('an open that takes long', () => {
  it('counts until it has let go, also when it was given up', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 4, maxStreamsPerPrincipal: 100 } });
    const { after, ids } = await withHistory(rig, 100);
    const open = rig.source.open.bind(rig.source);
    let [now, most] = [0, 0];
    rig.source.open = async options => {
      if (!isResume(options)) return open(options);
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>(resolve => rig.timers.after(6_000, resolve));
      now -= 1;
      return open(options);
    };
    const readers = Array.from({ length: 12 }, () => rig.connect({ after }));
    await rig.timers.advance(60_000);
    expect(most).toBe(4);
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
  });

  it('and would never end is a reset for that reader, and no loop', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after } = await withHistory(rig, 100);
    let opens = 0;
    rig.source.open = refuseTooFar(rig, options => isResume(options) && (opens += 1) > 0);
    const [far, near] = [rig.connect({ after }), rig.connect()];
    await rig.timers.advance(300_000);
    expect(far.sink.of('reset')).toHaveLength(1);
    expect(near.sink.of('reset')).toEqual([]);
    expect(opens).toBe(5);
  });

  it('is one reset for everybody where the stream itself cannot go on from there', async () => {
    const rig = await createRig();
    const reader = rig.connect();
    rig.source.append();
    await rig.timers.settle();
    rig.source.open = refuseTooFar(rig, isResume);
    rig.source.breakCursors();
    await rig.timers.advance(300_000);
    const id = rig.source.append();
    await rig.timers.settle();
    expect(reader.sink.of('reset')).toHaveLength(1);
    expect(reader.sink.ids().at(-1)).toBe(id);
  });
});

describe('history that is lost', () => {
  it('while one reads back leaves no hole for those who come later', async () => {
    const rig = await createRig();
    const { after } = await withHistory(rig, 500);
    const limits = { warmUpBudgetMs: -1, catchUpCursors: 1, eventsPerTurn: 16 };
    const hub = await rig.startHub({ limits });
    const slow = rig.connect({ after }, hub);
    slow.sink.isReading = false;
    rig.connect({ after }, hub);
    await rig.timers.settle();
    rig.source.cut();
    for (const cursor of [...rig.source.cursors].slice(0, 2)) cursor.fail(lost());
    await rig.timers.advance(200);
    rig.source.append();
    await rig.timers.settle();
    const late = rig.connect({ after }, hub);
    await rig.timers.advance(2_000);
    expect(late.sink.of('reset')).toHaveLength(1);
  });

  it('to one reader and, right after, to the stream itself is told once', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after } = await withHistory(rig, 100);
    rig.source.cut();
    const { sink } = rig.connect({ after });
    await rig.timers.settle();
    rig.source.breakCursors(lost());
    await rig.timers.advance(2_000);
    const id = rig.source.append();
    await rig.timers.settle();
    expect(sink.of('reset')).toHaveLength(1);
    expect(sink.ids().at(-1)).toBe(id);
  });

  // It stood where it was marked, and what left the ring since was neither sent nor told to be missing.
  it('to one that waits for a place is told where the stream then is, however far that went on', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 1 } });
    const { after } = await withHistory(rig, 100);
    rig.source.hangsOn = ({ leavesSoon }) => leavesSoon === true;
    rig.connect({ after });
    await rig.timers.settle();
    const { sink } = rig.connect({ after });
    rig.source.identity = { ...rig.source.identity, streamEpoch: 2 };
    rig.source.breakCursors();
    await rig.timers.advance(1_000);
    for (let count = 0; count < 100; count += 1) rig.source.append();
    await rig.timers.advance(300_000);
    rig.source.hangsOn = () => false;
    const last = rig.source.append();
    const resets = sink.of('reset');
    expect(resets).toHaveLength(1);
    const { sink: again } = rig.connect({ after: resets[0]!.id! });
    await rig.timers.advance(60_000);
    const created = ({ events }: typeof sink) =>
      events.filter(({ event }) => event === 'message-created').map(({ data }) => data['id']);
    expect(created(again)).toEqual(created(sink));
    expect(created(sink)).toEqual([last]);
  });
});
