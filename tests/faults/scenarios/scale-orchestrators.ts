import type { Child } from '../rig/child';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { SlotWatch } from '../rig/slot-watch';
import { sleep, until } from '../rig/wait';
import { fillBacklog } from '../rig/backlog';
import { Witness } from '../rig/witness';

const TYPE = 'research';
const CONCURRENCY = 6;
const LEASE_MS = 5_000;
/** The lease runs out, and the sweep sees it. */
const SLOTS_BACK_MS = LEASE_MS + 2_000;
const WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
/** More than the phases can do, so that there is always something due. */
const BACKLOG = { items: 300, threads: 100 };
const LOAD = { perSecond: 5, threads: 10 };
const MOST_ORCHESTRATORS = 8;

export const scaleOrchestrators = scenario({
  name: 'scale-orchestrators',
  title: '1 → 8 → 2 orchestrators under load: three end by SIGTERM, three by kill -9',
  bars: { mostRunning: { least: CONCURRENCY, most: CONCURRENCY }, slotsBackMs: { most: SLOTS_BACK_MS } },
  run: async rig => {
    await rig.startBoard();
    await rig.board.setType(TYPE, { concurrency: CONCURRENCY });
    const witness = new Witness(rig);
    const start = async (): Promise<Child> => {
      const started = await rig.board.startOrchestrator({ exec: witness.program(), capacity: CONCURRENCY });
      witness.follow(started);
      return started;
    };
    const orchestrators = [await start()];
    const line = await rig.startLine({ claimers: 0, producer: LOAD });
    await fillBacklog(rig, BACKLOG);
    const watch = new SlotWatch(rig, TYPE);
    rig.add(() => watch.stop());
    while (orchestrators.length < MOST_ORCHESTRATORS) {
      await sleep(rig.random.between(100, 500));
      orchestrators.push(await start());
    }
    await sleep(3_000);
    const slotsBackMs = await shrink(rig, orchestrators, watch);
    await watch.stop();
    await line.drain();
    return { mostRunning: watch.most, slotsBackMs, samples: watch.samples.length };
  },
});

/** Six of eight go, in an order and at times the seed decides; the dead take what they held along. */
async function shrink(rig: Rig, orchestrators: Child[], watch: SlotWatch): Promise<number> {
  const ways = ['kill', 'stop', 'kill', 'stop', 'kill', 'stop'] as const;
  let lastMs = 0;
  for (const way of ways) {
    const victim = rig.random.pick(orchestrators.filter(({ isRunning }) => isRunning));
    if (way === 'kill') {
      lastMs = await victim.kill();
      watch.died(victim.name);
    } else {
      const code = await victim.stop(STOP_WITHIN_MS);
      if (code !== 0) throw new Error(`${victim.name} was stopped in good order and ended with ${code}`);
    }
    rig.fault(`${way} ${victim.name}`);
    await sleep(rig.random.between(0, 300));
  }
  await until(() => watch.allLiveAfter(lastMs, CONCURRENCY) !== null, WITHIN_MS, 'all slots are in use again');
  return watch.allLiveAfter(lastMs, CONCURRENCY)!;
}
