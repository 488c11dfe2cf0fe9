import { ObjectId, type Document } from 'mongodb';
import { beforeAll, expect, it } from 'vitest';
import type { Run } from '@/lib/domain/run/schema';
import { handOff } from '@/lib/services/reports/hand-off';
import { readTrace } from '@/lib/services/runs/read-trace';
import { makeRunRig, type RunRig } from './run-rig';

let rig: RunRig;
beforeAll(async () => {
  rig = await makeRunRig();
});

/** What a driver may make of a list of ids, `need` among them or not. */
const spoils = (need: ObjectId): Document[] => [
  { $unset: { dependsOn: 1 } },
  { $set: { dependsOn: null } },
  { $set: { dependsOn: 'a' } },
  { $set: { dependsOn: { of: 'another kind' } } },
  { $set: { dependsOn: [need, 'a'] } },
];

/** Tasks `a`, `b` behind it, and one behind it for each way to be spoilt. */
async function openSpoilt() {
  const run = await rig.open();
  const planner = await rig.planner(run);
  const spoilt = spoils(new ObjectId()).map((_, at) => ({ key: `s${at}`, dependsOn: ['a'] }));
  await rig.plan(planner, [{ key: 'a' }, { key: 'b', dependsOn: ['a'] }, ...spoilt]);
  for (const [at, update] of spoils(idOf(run, 'a')).entries())
    await rig.c.tasks.updateOne({ _id: idOf(run, `s${at}`) }, update);
  return { run, planner, spoilt };
}
const idOf = (run: Run, key: string) => new ObjectId(rig.taskId(run, key));

it('tasks of which nobody can read what they depend on cost their run nothing, and end with it', async () => {
  const { run, planner, spoilt } = await openSpoilt();
  const planned = await rig.plan(planner, [{ key: 'c' }, ...spoilt]);
  expect(planned.map(({ key }) => key)).toEqual(['c']);
  await rig.complete(planner);
  for (const key of ['a', 'b', 'c']) await rig.complete(await rig.worker(run, key));
  expect(await rig.run(run)).toMatchObject({ status: 'running', reason: null });
  expect((await rig.say(run)).at(-1)!.body).toContain('All 8 tasks of the run are over: 3 done, 5 that cannot start.');
  await rig.complete(await rig.planner(run), 'the result');
  expect(await rig.run(run)).toMatchObject({ status: 'done', result: { output: 'the result' } });
  const left = await rig.c.tasks.find({ runId: new ObjectId(run.id), key: /^s/ }).toArray();
  expect(left.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'cancelled'));
});

it.each([null, 'a', [null]])(
  'one whose deliverables became %j meanwhile is done when it is completed',
  async spoilt => {
    const run = await rig.open();
    await rig.plan(await rig.planner(run), [{ key: 'a' }]);
    const worker = await rig.worker(run, 'a');
    await rig.c.tasks.updateOne({ _id: idOf(run, 'a') }, { $set: { deliverables: spoilt } } as Document);
    await rig.complete(worker);
    expect(await rig.c.tasks.findOne({ _id: idOf(run, 'a') })).toMatchObject({ status: 'done' });
  },
);

it('one of them takes no handover, and another task takes its own', async () => {
  const { run, planner } = await openSpoilt();
  const caller = await rig.as(planner);
  const give = (key: string) => handOff(caller, { taskId: rig.taskId(run, key), inputs: {}, context: 'Begin' });
  await expect(give('s0')).rejects.toMatchObject({ code: 'not-found' });
  await rig.c.tasks.updateOne({ _id: idOf(run, 'a') }, { $unset: { deliverables: 1 } });
  expect(await give('b')).toMatchObject({ context: 'Begin' });
});

it('a run that is spoilt itself has no trace, as it is not there', async () => {
  const run = await rig.open();
  await rig.c.runs.updateOne({ _id: new ObjectId(run.id) }, { $set: { createdAt: 'yesterday' } } as Document);
  await expect(readTrace(rig.person, run.id, { limit: 10 })).rejects.toMatchObject({ code: 'not-found' });
});
