import { beforeAll, describe, expect, it } from 'vitest';
import { ListDispatches } from '@/lib/domain/dispatch/schema';
import { ListRuns } from '@/lib/domain/run/schema';
import { listDispatches } from '@/lib/services/dispatches/read-dispatches';
import { listRuns } from '@/lib/services/runs/read-runs';
import { makeRunRig, type RunRig } from './run-rig';

/** What a list of runs shows of their tasks, and the attempts of one run. */
let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

describe('how far a run is', () => {
  it('stands with it in the list, the plan task left out, each run by itself', async () => {
    const [run, other] = [await rig.open(), await rig.open()];
    const planner = await rig.planner(run);
    await rig.plan(planner, [{ key: 'a' }, { key: 'b' }, { key: 'c', dependsOn: ['a'] }]);
    await rig.complete(await rig.worker(run, 'a'));
    await rig.worker(run, 'b');

    const { items } = await listRuns(rig.person, ListRuns.parse({}));
    const counts = new Map(items.map(({ id, taskCounts }) => [id, taskCounts]));
    expect(counts.get(run.id)).toEqual({ done: 1, running: 1, ready: 1 });
    expect(counts.get(other.id)).toEqual({});
    expect((await rig.run(run)).taskCounts).toEqual(counts.get(run.id));
  });
});

describe('dispatches of a run', () => {
  it('are all those of its tasks, the planner’s too, and no others', async () => {
    const [run, other] = [await rig.open(), await rig.open()];
    const planner = await rig.planner(run);
    await rig.planner(other);
    await rig.plan(planner, [{ key: 'a' }]);
    const worker = await rig.worker(run, 'a');
    const { items } = await listDispatches(rig.person, ListDispatches.parse({ runId: run.id }));
    expect(items.map(({ id }) => id)).toEqual([worker.id, planner.id]);
  });
});
