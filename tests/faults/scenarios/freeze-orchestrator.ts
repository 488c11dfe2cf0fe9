import { ObjectId } from 'mongodb';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';
import { Witness } from '../rig/witness';

const ITEMS = 3;
const LEASE_MS = 5_000;
/** Past the lease the sweep ends it and another takes the work, within 2 s. */
const CLAIMED_ELSEWHERE_MS = LEASE_MS + 2_000;
const WITHIN_MS = 30_000;
const SECONDS_OF_WORK = 1;

export const freezeOrchestrator = scenario({
  name: 'freeze-orchestrator',
  title: 'an orchestrator is frozen (SIGSTOP) past its lease while its children go on, and runs again',
  bars: {
    refusedAsLate: { least: ITEMS, most: ITEMS },
    keptAsLateOutput: { least: ITEMS, most: ITEMS },
    claimedElsewhereMs: { most: CLAIMED_ELSEWHERE_MS },
  },
  run: async rig => {
    await rig.startBoard();
    const witness = new Witness(rig);
    await rig.startLine({ claimers: 1, claimer: { agentTypes: ['research'] }, producer: { perSecond: 5, threads: 4 } });
    await rig.prepareType('qa');
    const exec = witness.program(SECONDS_OF_WORK);
    const frozen = await rig.board.startOrchestrator({
      name: 'frozen',
      exec,
      capacity: ITEMS,
      args: ['--types', 'qa'],
    });
    witness.follow(frozen);
    const ids: string[] = [];
    for (let at = 0; at < ITEMS; at += 1) ids.push(await send(rig));
    await until(() => witness.times('start').size >= ITEMS, WITHIN_MS, 'its children run');
    const dispatches = await heldBy(rig, 'frozen');
    rig.fault('SIGSTOP');
    const frozenAtMs = frozen.freeze();
    const other = await rig.board.startOrchestrator({ name: 'other', exec, capacity: ITEMS, args: ['--types', 'qa'] });
    witness.follow(other);
    await until(async () => (await doneOf(rig, ids)) === ITEMS, WITHIN_MS, 'another did the work');
    const claimedElsewhereMs = (await lastClaimBy(rig, 'other')) - frozenAtMs;
    rig.fault('SIGCONT');
    frozen.thaw();
    const refusals = () => frozen.lines().filter(({ msg, code }) => msg === 'complete' && code === 'stale-epoch');
    await until(
      () => refusals().length >= ITEMS,
      WITHIN_MS,
      () => `its late outcomes are refused:\n${frozen.log()}`,
    );
    return { claimedElsewhereMs, refusedAsLate: refusals().length, keptAsLateOutput: await keptLate(rig, dispatches) };
  },
});

async function send(rig: Rig): Promise<string> {
  const sentAtMs = Date.now();
  const { body } = await rig.board.call('POST', '/api/messages', { assignedTo: 'qa', body: 'for the frozen one' });
  rig.ledger.add({ kind: 'acked', id: body.id, thread: body.threadId, number: 1, sentAtMs });
  return body.id as string;
}

async function heldBy(rig: Rig, consumer: string): Promise<ObjectId[]> {
  const rows = await rig.db.collection('dispatches').find({ consumer, status: 'running' }).toArray();
  return rows.map(({ _id }) => _id);
}

/** By the database's clock, which is this machine's. */
async function lastClaimBy(rig: Rig, consumer: string): Promise<number> {
  const rows = await rig.db.collection('dispatches').find({ consumer }).toArray();
  return Math.max(...rows.map(({ claimedAt }) => (claimedAt as Date).getTime()));
}

const doneOf = (rig: Rig, ids: readonly string[]): Promise<number> =>
  rig.db.collection('messages').countDocuments({ _id: { $in: ids.map(id => new ObjectId(id)) }, status: 'done' });

/** Each under the dispatch that lapsed, word for word what its program had said. */
async function keptLate(rig: Rig, ids: readonly ObjectId[]): Promise<number> {
  const rows = await rig.db
    .collection('dispatches')
    .find({ _id: { $in: [...ids] }, status: 'lapsed' })
    .toArray();
  return rows.filter(({ _id, lateOutput }) => lateOutput?.output === `by ${_id.toHexString()}`).length;
}
