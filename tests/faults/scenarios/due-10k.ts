import { assertWorkHeld, fillBacklog } from '../rig/backlog';
import { BatchClaimer } from '../rig/batch-claimer';
import type { Rig } from '../rig/rig';
import { scenario, type Figures } from '../rig/scenario';
import { until } from '../rig/wait';

const ITEMS = 10_000;
const THREADS = 2_000;
const BATCH = 50;
const DRAINED_WITHIN_MS = 300_000;
/** Not what is measured here: a batch may take its time on a busy machine, and the type has room for all. */
const LEASE_MS = 60_000;
const CONCURRENCY = 2_000;

export const due10k = scenario({
  name: 'due-10k',
  title: '10,000 due items in 2,000 threads, drained by 1, by 4 and by 16 orchestrators',
  bars: {
    drainedBy1Ms: { most: DRAINED_WITHIN_MS },
    drainedBy4Ms: { most: DRAINED_WITHIN_MS },
    drainedBy16Ms: { most: DRAINED_WITHIN_MS },
    lapsed: { most: 0 },
  },
  // Ten thousand on the board and the ring full. It finds its size: three drains one after the other took it from 260
  // to 480, to 520 and to 535 MB, with a peak of some 640.
  webMemoryMb: 700,
  run: async rig => {
    await rig.startBoard();
    await rig.board.setType('research', { concurrency: CONCURRENCY, thresholds: { leaseMs: LEASE_MS } });
    const figures: Figures = {};
    for (const orchestrators of [1, 4, 16]) {
      await fillBacklog(rig, { items: ITEMS, threads: THREADS });
      figures[`drainedBy${orchestrators}Ms`] = await drain(rig, orchestrators);
    }
    await assertWorkHeld(rig);
    figures['lapsed'] = await rig.db.collection('dispatches').countDocuments({ status: { $ne: 'done' } });
    return figures;
  },
});

async function drain(rig: Rig, orchestrators: number): Promise<number> {
  const { board, ledger } = rig;
  const token = await board.token('orchestrator');
  const claimers = Array.from({ length: orchestrators }, (_, at) => {
    const name = `drain-${orchestrators}-${at + 1}`;
    return new BatchClaimer({ name, url: board.web.url, token, ledger, max: BATCH });
  });
  const completed = () => claimers.reduce((sum, claimer) => sum + claimer.completed, 0);
  let isOver = false;
  const beganMs = Date.now();
  const running = Promise.all(claimers.map(claimer => claimer.run(() => isOver)));
  running.catch(() => undefined);
  try {
    await Promise.race([
      until(
        () => completed() >= ITEMS,
        DRAINED_WITHIN_MS,
        () => `${completed()} of ${ITEMS} are done`,
      ),
      running,
    ]);
    const drainedMs = Date.now() - beganMs;
    ledger.add({ kind: 'note', what: `${orchestrators} orchestrators drained ${ITEMS} in ${drainedMs} ms` });
    return drainedMs;
  } finally {
    isOver = true;
    await running;
  }
}
