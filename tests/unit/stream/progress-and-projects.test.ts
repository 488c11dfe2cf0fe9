import { afterEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '@/lib/domain/errors';
import { createRig, type Rig, stopRigs } from './support/rig';

afterEach(stopRigs);

const progress = (rig: Rig, percent: number, id = 'd1') =>
  rig.source.append({ id, type: 'dispatch-updated', coalesceKey: id, data: { progress: { percent } } });
const percents = (sink: { events: { data: Record<string, unknown> }[] }) =>
  sink.events.map(({ data }) => (data['progress'] as { percent: number } | undefined)?.percent ?? data['status']);

describe('progress', () => {
  it('shows at once, then at most once a second, the latest last', async () => {
    const rig = await createRig();
    const { sink } = rig.connect();
    for (let percent = 1; percent <= 25; percent += 1) {
      progress(rig, percent);
      await rig.timers.advance(100);
    }
    await rig.timers.advance(3_000);
    expect(percents(sink)).toEqual([1, 10, 20, 25]);
  });

  it('of one dispatch does not hold back another, nor anything else', async () => {
    const rig = await createRig();
    const { sink } = rig.connect();
    progress(rig, 1);
    progress(rig, 2);
    progress(rig, 50, 'd2');
    const message = rig.source.append();
    await rig.timers.settle();
    expect(sink.ids()).toEqual(['d1', 'd2', message]);
    await rig.timers.advance(1_200);
    expect(percents(sink).at(-1)).toBe(2);
  });

  it('held back is superfluous once the status shows', async () => {
    const rig = await createRig();
    const { sink } = rig.connect();
    progress(rig, 1);
    progress(rig, 2);
    rig.source.append({ id: 'd1', type: 'dispatch-updated', data: { status: 'done' } });
    await rig.timers.advance(5_000);
    expect(percents(sink)).toEqual([1, 'done']);
  });

  it('held back when a process stops is told before, for nobody knows of it after', async () => {
    const rig = await createRig();
    const { sink } = rig.connect();
    progress(rig, 10);
    progress(rig, 20);
    rig.source.append();
    await rig.timers.settle();
    await rig.hub.stop();
    expect(percents(sink)).toEqual([10, undefined, 20]);
  });

  it.each([
    ['read at start', {}],
    ['read for one reader', { warmUpBudgetMs: -1 }],
  ])('held back when a process died is in history, %s', async (_, limits) => {
    const rig = await createRig();
    const before = rig.connect();
    const start = rig.source.append();
    await rig.timers.settle();
    const after = before.sink.lastId!;
    progress(rig, 10);
    progress(rig, 20);
    const message = rig.source.append();
    await rig.timers.settle();
    before.sink.hangUp();
    const hub = await rig.startHub({ limits });
    rig.source.confirm();
    await rig.timers.settle();
    const { sink } = rig.connect({ after }, hub);
    await rig.timers.advance(3_000);
    expect(start).not.toBe(message);
    expect(percents(sink)).toEqual([10, undefined, 20]);
    const late = rig.source.append();
    await rig.timers.settle();
    expect(sink.ids()).toEqual(['d1', message, 'd1', late]);
  });

  it('held back when a process died comes before what the next one has itself let go by', async () => {
    const rig = await createRig();
    const before = rig.connect();
    rig.source.append();
    await rig.timers.settle();
    const after = before.sink.lastId!;
    progress(rig, 10);
    progress(rig, 20);
    await rig.timers.settle();
    before.sink.hangUp();
    const hub = await rig.startHub({ limits: { warmUpBudgetMs: -1, ringEvents: 2 } });
    const ids = [1, 2, 3, 4].map(() => rig.source.append());
    await rig.timers.settle();
    const { sink } = rig.connect({ after }, hub);
    await rig.timers.advance(3_000);
    expect(sink.ids()).toEqual(['d1', 'd1', ...ids]);
    expect(percents(sink).slice(0, 2)).toEqual([10, 20]);
  });

  it('held back keeps the order: resuming from it, or from before it, misses and repeats nothing', async () => {
    const rig = await createRig();
    const whole = rig.connect();
    progress(rig, 1);
    progress(rig, 2);
    rig.source.append();
    await rig.timers.advance(1_500);
    rig.source.append();
    await rig.timers.settle();
    const ids = whole.sink.events.map(({ id }) => id!);
    expect(new Set(ids).size).toBe(4);
    for (const [at, after] of ids.entries()) {
      const rest = rig.connect({ after });
      await rig.timers.settle();
      expect(rest.sink.events.map(({ id }) => id)).toEqual(ids.slice(at + 1));
    }
  });
});

describe('filters by client, brand and project', () => {
  const tree = {
    resolve: (tenantId: string, id: string | null) =>
      tenantId === 'default' && id === 'p1' ? { client: 'acme', brand: 'road', project: 'site' } : {},
  };

  it('see what hangs below', async () => {
    const rig = await createRig({ projects: tree });
    const readers = [
      { client: 'acme' },
      { brand: 'road' },
      { project: 'site' },
      { client: 'acme', brand: 'other' },
    ].map(filter => rig.connect({ filter }));
    const id = rig.source.append({ projectId: 'p1' });
    rig.source.append();
    await rig.timers.settle();
    expect(readers.map(({ sink }) => sink.ids())).toEqual([[id], [id], [id], []]);
  });

  it('know a node as soon as its own event has passed, before the tree is loaded again', async () => {
    const rig = await createRig({ projects: tree });
    const { sink } = rig.connect({ filter: { client: 'acme' } });
    const renamed = rig.connect({ filter: { project: 'shop' } });
    const node = { kind: 'project', slug: 'shop', parentId: 'p1' };
    rig.source.append({ id: 'p2', type: 'project-created', projectId: 'p2', data: node });
    const message = rig.source.append({ projectId: 'p2' });
    rig.source.append({ id: 'p2', type: 'project-updated', projectId: 'p2', data: { ...node, slug: 'store' } });
    rig.source.append({ projectId: 'p2' });
    await rig.timers.settle();
    expect(sink.ids().slice(0, 2)).toEqual(['p2', message]);
    expect(sink.events).toHaveLength(4);
    expect(renamed.sink.ids()).not.toContain('5');
  });

  it('know no node that is gone, also one that came and went before the tree was loaded', async () => {
    const rig = await createRig({ projects: tree });
    const { sink } = rig.connect({ filter: { client: 'acme' } });
    const node = { kind: 'project', slug: 'shop', parentId: 'p1' };
    rig.source.append({ id: 'p2', type: 'project-created', projectId: 'p2', data: node });
    const before = rig.source.append({ projectId: 'p2' });
    await rig.timers.settle();
    rig.source.append({ id: 'p2', type: 'project-deleted', projectId: 'p2' });
    await rig.timers.settle();
    rig.source.append({ projectId: 'p2' });
    const other = rig.source.append({ projectId: 'p1' });
    await rig.timers.settle();
    expect(sink.ids()).toEqual(['p2', before, other]);
  });

  it('go by the tree as it was read afresh once history was lost', async () => {
    let slug = 'old';
    const behind = { resolve: (_: string, id: string | null) => (id === 'p2' ? { project: slug } : {}) };
    const rig = await createRig({ projects: behind });
    const { sink } = rig.connect({ filter: { project: 'new' } });
    const node = { kind: 'project', slug, parentId: null };
    rig.source.append({ id: 'p2', type: 'project-created', projectId: 'p2', data: node });
    await rig.timers.settle();
    slug = 'new';
    rig.source.append();
    rig.source.cut();
    rig.source.breakCursors(new ControlPlaneError('history-lost', 'gone'));
    await rig.timers.advance(1_000);
    const message = rig.source.append({ projectId: 'p2' });
    await rig.timers.settle();
    expect(sink.events.map(({ event, data }) => data['id'] ?? event)).toEqual(['reset', message]);
  });
});
