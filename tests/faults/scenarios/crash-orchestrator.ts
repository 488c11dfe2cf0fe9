import { allDone, runningBy } from '../rig/crash';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';
import { Witness } from '../rig/witness';

/** The rig's lease, and the time in which a sweep finds what no wake-up reached. */
const ENDS_WITHIN_MS = 5_000 + 2_000;
const DIES_WITHIN_MS = 20_000;
const LOAD = { perSecond: 6, threads: 6 };
const SEAMS = ['before-claim', 'after-claim', 'after-start', 'after-child', 'after-answer'];

export const crashOrchestrator = scenario({
  name: 'crash-orchestrator',
  title: 'a headless orchestrator dies by kill -9 at each seam from event to answer; started again, or left dead',
  bars: { deaths: { least: SEAMS.length * 2 }, endedAfterMs: { most: ENDS_WITHIN_MS } },
  run: async rig => {
    await rig.startBoard();
    const witness = new Witness(rig);
    const steady = await rig.board.startOrchestrator({ exec: witness.program(), capacity: 4 });
    witness.follow(steady);
    await rig.startLine({ claimers: 0, producer: LOAD });
    let endedAfterMs = 0;
    let deaths = 0;
    for (const seam of SEAMS) {
      for (const isStartedAgain of [true, false]) {
        endedAfterMs = Math.max(endedAfterMs, await dieAndEnd(rig, witness, seam, isStartedAgain));
        deaths += 1;
      }
    }
    return { deaths, endedAfterMs };
  },
});

async function dieAndEnd(rig: Rig, witness: Witness, seam: string, isStartedAgain: boolean): Promise<number> {
  const name = `victim-${seam}-${isStartedAgain ? 'again' : 'gone'}`;
  const env = { SWITCHBOARD_CRASH_AT: `orchestrator:${seam}` };
  const victim = await rig.board.startOrchestrator({ name, exec: witness.program(), capacity: 2, env });
  witness.follow(victim);
  await until(
    () => !victim.isRunning,
    DIES_WITHIN_MS,
    () => `${name} dies:\n${victim.log().slice(-2_000)}`,
  );
  const sinceMs = Date.now();
  rig.fault(`${name} killed itself`);
  const code = await victim.exited();
  if (code !== null) throw new Error(`${name} should die by a signal; it ended with ${code}:\n${victim.log()}`);
  const ids = await runningBy(rig, name);
  if (isStartedAgain) {
    victim.start({ SWITCHBOARD_CRASH_AT: '' });
    const starts = () => victim.lines().filter(({ msg }) => msg === 'started').length;
    await until(
      () => starts() === 2,
      DIES_WITHIN_MS,
      () => `${name} is back:\n${victim.log().slice(-2_000)}`,
    );
  }
  const endedAfterMs = await allDone(rig, ids, sinceMs);
  rig.ledger.add({ kind: 'note', what: `${name}: ${ids.length} in its hands, all done ${endedAfterMs} ms after` });
  if (isStartedAgain) {
    const stopped = await victim.stop(STOP_WITHIN_MS);
    if (stopped !== 0) throw new Error(`${name} was stopped in good order and ended with ${stopped}`);
  }
  return endedAfterMs;
}

const STOP_WITHIN_MS = 10_000;
