import { afterEach, describe, expect, it } from 'vitest';
import type { OpenSource } from '@/lib/domain/event/event-source';
import { createRig, stopRigs, withHistory } from './support/rig';

afterEach(stopRigs);

/** No time to read history at the start, so that every reader has to. */
const NO_WARM_UP = { limits: { ringEvents: 10, warmUpBudgetMs: -1 } };

describe('replay beyond the ring', () => {
  it('is read back from the source, then goes on live', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after, ids } = await withHistory(rig, 1_000);
    const { sink } = rig.connect({ after });
    await rig.timers.settle();
    ids.push(rig.source.append());
    await rig.timers.settle();
    expect(sink.ids()).toEqual(ids);
    expect(rig.source.cursors.size).toBe(1);
  });

  it('comes before everything live, also in a process that has had no event yet', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after, ids } = await withHistory(rig, 100);
    const hub = await rig.startHub(NO_WARM_UP);
    rig.source.isHanging = true;
    const { sink } = rig.connect({ after }, hub);
    for (let at = 0; at < 5; at += 1) {
      ids.push(rig.source.append());
      await rig.timers.settle();
    }
    expect(sink.events).toEqual([]);
    rig.source.isHanging = false;
    await rig.timers.advance(6_000);
    expect(sink.ids()).toEqual(ids);
  });

  it('ends at the ring also where the last changes made no event', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after, ids } = await withHistory(rig, 100);
    rig.source.appendQuiet();
    await rig.timers.settle();
    const hub = await rig.startHub(NO_WARM_UP);
    const { sink } = rig.connect({ after }, hub);
    await rig.timers.advance(2_000);
    expect(sink.ids()).toEqual(ids);
    expect(rig.source.cursors.size).toBe(2);
  });

  it('is read once for all that wait for the same', async () => {
    const rig = await createRig();
    const { after, ids } = await withHistory(rig, 300);
    rig.source.opens = [];
    const limits = { warmUpBudgetMs: -1, maxStreamsPerPrincipal: 1_000, catchUpCursors: 4 };
    const hub = await rig.startHub({ limits });
    const readers = Array.from({ length: 100 }, () => rig.connect({ after }, hub));
    await rig.timers.advance(3_000);
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
    const ownCursors = rig.source.opens.filter(({ afterToken }) => afterToken !== undefined);
    // Those that got a place at once, of which the last sees nobody wait.
    expect(ownCursors.length).toBeLessThanOrEqual(4);
    const late = rig.connect({ after }, hub);
    await rig.timers.settle();
    expect(late.sink.ids()).toEqual(ids);
    expect(rig.source.opens.filter(({ afterToken }) => afterToken !== undefined)).toHaveLength(ownCursors.length);
  });

  it('of the last seconds waits for no more of it, after a start', async () => {
    const rig = await createRig();
    const { after: long } = await withHistory(rig, 5);
    await rig.timers.advance(120_000);
    const { after: short, ids } = await withHistory(rig, 3);
    const isLookingFar = ({ sinceMs }: OpenSource) => sinceMs !== undefined && sinceMs < rig.timers.now() - 30_000;
    rig.source.hangsOn = isLookingFar;
    rig.source.opens = [];
    const hub = await rig.startHub();
    const [near, far] = [rig.connect({ after: short }, hub), rig.connect({ after: long }, hub)];
    await rig.timers.settle();
    expect(near.sink.ids()).toEqual(ids);
    expect(far.sink.ids()).toEqual([]);
    const ownCursors = () => rig.source.opens.filter(({ afterToken }) => afterToken !== undefined).length;
    expect(ownCursors()).toBe(0);
    // Nor for ever: then it reads its own.
    await rig.timers.advance(1_500);
    expect(far.sink.ids()).toHaveLength(9);
    expect(ownCursors()).toBe(1);
  });

  it('uses few cursors at a time, and serves everybody', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 4, maxStreamsPerPrincipal: 1_000 } });
    const { after, ids } = await withHistory(rig, 300);
    const readers = Array.from({ length: 100 }, () => rig.connect({ after }));
    rig.source.mostCursors = 0;
    await rig.timers.advance(1_000);
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
    expect(rig.source.mostCursors).toBeLessThanOrEqual(5);
  });

  it('counts one that is being closed until the server has let go of it', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, catchUpCursors: 4, maxStreamsPerPrincipal: 1_000 } });
    const { after, ids } = await withHistory(rig, 300);
    rig.source.closing = () => new Promise(resolve => rig.timers.after(100, resolve));
    const readers = Array.from({ length: 20 }, () => rig.connect({ after }));
    rig.source.mostCursors = 0;
    await rig.timers.advance(1_000);
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
    expect(rig.source.mostCursors).toBe(5);
    expect(rig.source.cursors.size).toBe(1);
    rig.source.closing = null;
  });

  it('ends a reader that finds the queue full; it will come back', async () => {
    const rig = await createRig({ limits: { ringEvents: 1, catchUpCursors: 1, catchUpQueue: 1 } });
    const { after } = await withHistory(rig, 100);
    rig.source.isSilent = true;
    const readers = [1, 2, 3].map(() => rig.connect({ after }));
    await rig.timers.settle();
    expect(await readers[2]!.handle.closed).toBe('catch-up-queue-full');
    expect(readers[0]!.sink.isEnded).toBe(false);
  });

  it('waits for a source that is away, and loses nothing', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after, ids } = await withHistory(rig, 100);
    rig.source.isDown = true;
    rig.source.breakCursors();
    const { sink } = rig.connect({ after });
    await rig.timers.advance(5_000);
    expect(sink.events).toEqual([]);
    rig.source.isDown = false;
    await rig.timers.advance(10_000);
    ids.push(rig.source.append());
    await rig.timers.settle();
    expect(sink.ids()).toEqual(ids);
  });

  it('goes on after its cursor broke in the middle', async () => {
    const rig = await createRig({ limits: { ringEvents: 10, eventsPerTurn: 16 } });
    const { after, ids } = await withHistory(rig, 500);
    const { sink } = rig.connect({ after, isReading: false });
    await rig.timers.settle();
    rig.source.breakCursors();
    sink.drain();
    await rig.timers.advance(2_000);
    expect(sink.ids()).toEqual(ids);
  });

  it('stops when the reader goes away', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after } = await withHistory(rig, 2_000);
    const { sink } = rig.connect({ after });
    sink.isReading = false;
    await rig.timers.settle();
    expect(rig.source.cursors.size).toBe(2);
    sink.hangUp();
    await rig.timers.settle();
    expect(rig.source.cursors.size).toBe(1);
  });
});

describe('history read at start', () => {
  it('serves readers of the process before without a cursor of their own', async () => {
    const rig = await createRig();
    const { after, ids } = await withHistory(rig, 300);
    await rig.hub.stop();
    await rig.timers.advance(60_000);
    const hub = await rig.startHub();
    rig.source.opens = [];
    const readers = Array.from({ length: 20 }, () => rig.connect({ after }, hub));
    await rig.timers.settle();
    for (const { sink } of readers) expect(sink.ids()).toEqual(ids);
    expect(rig.source.opens).toEqual([]);
  });

  it('holds up no reader for long: it reads its own', async () => {
    const rig = await createRig({ limits: { ringEvents: 10 } });
    const { after, ids } = await withHistory(rig, 100);
    const open = rig.source.open.bind(rig.source);
    rig.source.open = options => (options.sinceMs === undefined ? open(options) : new Promise(() => undefined));
    const hub = await rig.startHub();
    const { sink } = rig.connect({ after }, hub);
    await rig.timers.advance(1_500);
    expect(sink.ids()).toEqual(ids);
  });

  it('looks further back while there is little to show', async () => {
    const rig = await createRig();
    const id = rig.source.append();
    await rig.timers.settle();
    await rig.hub.stop();
    rig.timers.jump(5 * 3_600_000);
    const hub = await rig.startHub();
    for (let windows = 0; windows < 5; windows += 1) {
      rig.source.confirm();
      await rig.timers.settle();
    }
    const recent = await hub.recent({ principal: { ...principal }, filter: { types: undefined }, limit: 10 });
    expect(recent.map(({ data }) => data['id'])).toEqual([id]);
  });
});

const principal = {
  tenantId: 'default',
  role: 'viewer',
  id: 'v',
  label: 'v',
  account: 'v',
  via: 'token',
} as const;

describe('recent events', () => {
  it('come newest first, by tenant and filter, and page by id', async () => {
    const rig = await createRig();
    const ids = [1, 2, 3, 4].map(() => rig.source.append());
    rig.source.append({ tenantId: 'acme' });
    rig.source.append({ type: 'task-created' });
    await rig.timers.settle();
    const filter = { types: ['message-created' as const] };
    const page = await rig.hub.recent({ principal, filter, limit: 2 });
    expect(page.map(({ data }) => data['id'])).toEqual([ids[3], ids[2]]);
    expect(page[0]).toMatchObject({ event: 'message-created', data: { tenantId: 'default' } });
    const rest = await rig.hub.recent({ principal, filter, limit: 10, before: page[1]!.id });
    expect(rest.map(({ data }) => data['id'])).toEqual([ids[1], ids[0]]);
    await expect(rig.hub.recent({ principal, filter, limit: 1, before: 'garbage' })).rejects.toThrow(/before/);
  });
});
