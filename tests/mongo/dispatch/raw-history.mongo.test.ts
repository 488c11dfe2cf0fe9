import { ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { adoptTask } from '@/lib/services/tasks/adopt-task';
import { makeActor } from '../../support/actors';
import type { TestPlane } from '../../support/make-plane';
import { makeRoomyPlane } from '../../support/roomy-plane';

/** What a driver brings in as over is history: it starts no agent. */
let test: TestPlane;

beforeAll(async () => {
  test = await makeRoomyPlane();
});

const KINDS = ['message', 'task'] as const;
type Kind = (typeof KINDS)[number];
const rows = (kind: Kind) => test.plane.collections[kind === 'message' ? 'messages' : 'tasks'] as never as Rows;
interface Rows {
  insertOne(row: object): Promise<unknown>;
  findOne(filter: object): Promise<Record<string, unknown> | null>;
}

/** As a driver does it; the stream has shown it. */
async function insertRaw(kind: Kind, more: object): Promise<ObjectId> {
  const _id = new ObjectId();
  const text = kind === 'message' ? { body: 'long ago' } : { title: 'long ago' };
  await rows(kind).insertOne({ _id, assignedTo: 'qa', ...text, ...more });
  if (kind === 'message') {
    test.plane.rawIntake.note(String(_id));
    test.plane.adoption.note(kind, String(_id));
    await test.plane.rawIntake.get(String(_id));
  }
  return _id;
}
const takeUp = (kind: Kind, id: ObjectId) =>
  kind === 'message' ? test.plane.adoption.flush() : adoptTask(test.plane, id);
const claim = (more: object) =>
  claimDispatches(makeActor(test.plane, 'orchestrator'), { consumer: 'c', max: 10, waitMs: 0, ...more });
const rowOf = (kind: Kind, _id: ObjectId) => rows(kind).findOne({ _id });

const OVER: [Kind, string][] = [
  ...['none', 'done', 'dead', 'cancelled'].map((status): [Kind, string] => ['message', status]),
  ...['done', 'incomplete', 'dead', 'cancelled'].map((status): [Kind, string] => ['task', status]),
];
/** What only the plane can have brought about. */
const OPEN: [Kind, string][] = [
  ...['queued', 'held', 'claimed', 'waiting', 'unroutable', 'loop-stopped'].map((s): [Kind, string] => ['message', s]),
  ...['pending', 'ready', 'held', 'running', 'waiting', 'blocked'].map((s): [Kind, string] => ['task', s]),
];

describe('a raw insert with a status', () => {
  it.each(OVER)('that is over keeps it, however it is claimed: %s %s', async (kind, status) => {
    const byId = await insertRaw(kind, { status });
    expect((await claim({ source: { kind, id: String(byId) } })).dispatches).toEqual([]);
    const byRank = await insertRaw(kind, { status });
    expect((await claim({ agentTypes: ['qa'] })).dispatches).toEqual([]);
    await takeUp(kind, byRank);
    expect((await claim({ agentTypes: ['qa'] })).dispatches).toEqual([]);
    for (const id of [byId, byRank]) expect(await rowOf(kind, id)).toMatchObject({ status, reason: null, attempts: 0 });
  });

  it.each(OPEN)('that only the plane can bring about is work: %s %s', async (kind, status) => {
    const id = await insertRaw(kind, { status });
    expect((await claim({ source: { kind, id: String(id) } })).dispatches).toHaveLength(1);
  });

  it.each(KINDS)('that is none is malformed, and says why: %s', async kind => {
    const id = await insertRaw(kind, { status: 'zzz' });
    expect((await claim({ source: { kind, id: String(id) } })).dispatches).toEqual([]);
    expect(await test.plane.collections.malformed.findOne({ documentId: String(id) })).toMatchObject({
      reason: expect.stringMatching(/^status: got 'zzz', wants one of /),
    });
  });
});

describe('a raw task that is done', () => {
  it('keeps its result, and what waited for it is ready', async () => {
    const _id = new ObjectId();
    const waiting = await insertRaw('task', { dependsOn: [_id] });
    await adoptTask(test.plane, waiting);
    expect(await rowOf('task', waiting)).toMatchObject({ status: 'pending' });
    const result = { output: 'as it was', deliverables: [], missing: [] };
    await insertRaw('task', { _id, status: 'done', result });
    await adoptTask(test.plane, _id);
    expect(await rowOf('task', _id)).toMatchObject({ status: 'done', result });
    expect(await rowOf('task', waiting)).toMatchObject({ status: 'ready' });
  });

  it('while one that needs it is taken up has that one ready all the same', async () => {
    const needed = await insertRaw('task', {});
    await adoptTask(test.plane, needed);
    const waiting = await insertRaw('task', { dependsOn: [needed] });
    const { agentTypes } = test.plane;
    const get = agentTypes.get.bind(agentTypes);
    // Asked between the look at what it needs and its own write.
    vi.spyOn(agentTypes, 'get').mockImplementationOnce(async (tenantId, slug) => {
      await test.plane.collections.tasks.updateOne({ _id: needed }, { $set: { status: 'done' } });
      return get(tenantId, slug);
    });
    await adoptTask(test.plane, waiting);
    expect(await rowOf('task', waiting)).toMatchObject({ status: 'ready' });
  });
});
