import { afterEach, describe, expect, it } from 'vitest';
import { parsePosition } from '@/lib/wire/position';
import { createRig, stopRigs } from './support/rig';

afterEach(stopRigs);

describe('a live reader', () => {
  it('is greeted at once and then gets every event of its tenant, once and in order', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect();
    expect(sink.text).toBe(': connected\n\nretry: 1000\n\n');
    const ids = [source.append(), source.append(), source.append({ tenantId: 'acme' }), source.append()];
    await timers.settle();
    expect(sink.ids()).toEqual([ids[0], ids[1], ids[3]]);
    expect(sink.errors).toEqual([]);
  });

  it('gets what one turn brings in as one write', async () => {
    const { source, timers, connect } = await createRig();
    const { sink } = connect();
    const before = sink.writes;
    for (let at = 0; at < 100; at += 1) source.append();
    await timers.settle();
    expect(sink.events).toHaveLength(100);
    expect(sink.writes - before).toBe(1);
  });

  it('shares the bytes with every reader of the same audience', async () => {
    const { source, timers, connect } = await createRig();
    const chunks: Buffer[] = [];
    for (let at = 0; at < 3; at += 1) {
      const { sink } = connect();
      const write = sink.write.bind(sink);
      sink.write = chunk => {
        chunks.push(chunk);
        return write(chunk);
      };
    }
    source.append();
    await timers.settle();
    expect(chunks).toHaveLength(3);
    expect(chunks[1]).toBe(chunks[0]);
    expect(chunks[2]).toBe(chunks[0]);
  });

  it('gets only what its filter names', async () => {
    const { source, timers, connect } = await createRig();
    const byType = connect({ filter: { types: ['task-created'] } });
    const byAddressee = connect({ filter: { assignedTo: 'qa' } });
    const task = source.append({ type: 'task-created', assignedTo: 'qa' });
    const other = source.append({ assignedTo: 'qa' });
    source.append({ assignedTo: 'seo' });
    await timers.settle();
    expect(byType.sink.ids()).toEqual([task]);
    expect(byAddressee.sink.ids()).toEqual([task, other]);
  });

  it('is not shown what the policy denies its role', async () => {
    const { source, timers, connect } = await createRig({
      authorize: ({ role }, { type }) => role === 'admin' || type !== 'report-created',
    });
    const admin = connect({ principal: { role: 'admin' } });
    const viewer = connect({ principal: { role: 'viewer' } });
    const ids = [source.append({ type: 'report-created' }), source.append()];
    await timers.settle();
    expect(admin.sink.ids()).toEqual(ids);
    expect(viewer.sink.ids()).toEqual([ids[1]]);
  });

  it('ends when it goes away, and is written to no more', async () => {
    const { source, timers, connect, hub } = await createRig();
    const abort = new AbortController();
    const [byHangUp, bySignal] = [connect(), connect({ signal: abort.signal })];
    byHangUp.sink.hangUp();
    abort.abort();
    expect(await byHangUp.handle.closed).toBe('client');
    expect(await bySignal.handle.closed).toBe('client');
    source.append();
    await timers.settle();
    expect(byHangUp.sink.events).toEqual([]);
    expect(hub.metrics().subscribers).toBe(0);
  });
});

describe('a reader that comes back', () => {
  it('gets every later event, then live ones, without a gap or a repeat', async () => {
    const { source, timers, connect } = await createRig();
    const first = connect();
    source.append();
    await timers.settle();
    first.sink.hangUp();
    const missed = Array.from({ length: 300 }, () => source.append());
    await timers.settle();
    const pending = [source.append(), source.append()];
    const second = connect({ after: first.sink.lastId! });
    const live = [source.append()];
    await timers.settle();
    expect(second.sink.ids()).toEqual([...missed, ...pending, ...live]);
  });

  it('may come from a process that had read further than this one', async () => {
    const { source, timers, connect, hub, startHub } = await createRig();
    const ahead = await startHub();
    const there = connect({}, ahead);
    source.append();
    await timers.settle();
    const [frozen] = source.cursors;
    // The first hub's cursor stays behind while the other one goes on.
    const wake = frozen!.wake.bind(frozen);
    frozen!.wake = () => undefined;
    const ids = [source.append(), source.append()];
    await timers.settle();
    expect(there.sink.ids().slice(1)).toEqual(ids);
    const here = connect({ after: there.sink.lastId! }, hub);
    frozen!.wake = wake;
    const next = source.append();
    await timers.settle();
    expect(here.sink.ids()).toEqual([next]);
  });

  it('begins at its consumer position when it names no other', async () => {
    const { source, timers, connect } = await createRig();
    const first = connect();
    const ids = [source.append(), source.append()];
    await timers.settle();
    const acknowledged = first.sink.events[0]!.id!;
    const second = connect({ consumer: 'desk', consumerPosition: acknowledged });
    const third = connect({ consumer: 'other', consumerPosition: acknowledged, after: first.sink.lastId! });
    await timers.settle();
    expect(second.sink.ids()).toEqual([ids[1]]);
    expect(third.sink.ids()).toEqual([]);
  });

  it('before the database could be reached waits, greeted, and is served when it can', async () => {
    const { source, timers, connect, hub } = await createRig({}, made => (made.isDown = true));
    const { sink } = connect();
    const late = connect({ after: 'garbage' });
    await timers.advance(3_000);
    expect(hub.state).toBe('reconnecting');
    expect(hub.position()).toBeNull();
    source.isDown = false;
    await timers.advance(6_000);
    const id = source.append();
    await timers.settle();
    expect(hub.state).toBe('live');
    expect(sink.ids()).toEqual([id]);
    expect(late.sink.events.map(({ event }) => event)).toEqual(['reset', 'message-created']);
  });
});

describe('the position of the hub', () => {
  it('follows the stream, also over changes that make no event', async () => {
    const { source, timers, hub } = await createRig();
    source.append();
    await timers.settle();
    const first = parsePosition(hub.position()!)!.point;
    source.appendQuiet();
    await timers.settle();
    expect(parsePosition(hub.position()!)!.point > first).toBe(true);
  });
});

describe('listeners in the process', () => {
  it('hear each event, and one that throws stops nobody', async () => {
    const { source, timers, hub, connect } = await createRig();
    const heard: string[] = [];
    hub.onEvent(() => {
      throw new Error('listener');
    });
    const stop = hub.onEvent(event => heard.push(event.data.id));
    const { sink } = connect();
    const id = source.append();
    await timers.settle();
    stop();
    source.append();
    await timers.settle();
    expect(heard).toEqual([id]);
    expect(sink.events).toHaveLength(2);
  });
});
