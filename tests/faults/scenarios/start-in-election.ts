import { scenario } from '../rig/scenario';
import { sleep } from '../rig/wait';

const TIMES = 4;

/** A process that starts while nobody is primary has to come up like any other, or end with a reason. */
export const startInElection = scenario({
  name: 'start-in-election',
  title: 'events processes are started at the moment in which the primary dies, four times',
  bars: { readyMs: { most: 30_000 } },
  run: async rig => {
    await rig.startBoard({ events: 0 });
    await rig.startLine();
    const times: number[] = [];
    for (let at = 0; at < TIMES; at += 1) {
      const primary = await rig.set.waitUntilWhole();
      const startedAtMs = Date.now();
      const events = await rig.board.launch('events');
      // Somewhere in its boot: before it connects, between its clients, or just after.
      await sleep(rig.random.between(200, 1_200));
      rig.fault(`kill -9 ${primary.name} under the start of ${events.name}`);
      await primary.kill();
      await rig.board.waitUntilReady(events);
      times.push(Date.now() - startedAtMs);
      primary.start();
    }
    return { readyMs: Math.max(...times), times: times.length };
  },
});
