import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';
import { Witness } from '../rig/witness';

const WITHIN_MS = 60_000;
const FLOWS_WITHIN_MS = 30_000;
const LOAD = { perSecond: 10, threads: 8 };

export const killEverything = scenario({
  name: 'kill-everything',
  title: 'web, events, orchestrators and all three mongods die by kill -9 at once, and start again',
  bars: { eventsAgainMs: { most: FLOWS_WITHIN_MS } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    const witness = new Witness(rig);
    for (const name of ['headless-1', 'headless-2']) {
      witness.follow(await rig.board.startOrchestrator({ name, exec: witness.program(), capacity: 4 }));
    }
    const line = await rig.startLine({ claimers: 1, producer: LOAD });
    await sleep(rig.random.between(500, 3_000));
    const processes = [...rig.board.children, ...rig.set.members];
    rig.fault('kill -9 to all');
    await Promise.all(processes.map(child => child.kill()));
    await sleep(rig.random.between(0, 2_000));
    rig.fault('all start again');
    const startedAtMs = Date.now();
    for (const child of processes) child.start();
    await rig.set.waitUntilWhole();
    const wholeAtMs = Date.now();
    // What starts before there is a primary may give up: a supervisor starts it again, as everywhere.
    await until(
      async () => {
        for (const child of rig.board.children) if (!child.isRunning) child.start();
        const ready = await rig.board.call('GET', '/api/health/ready').catch(() => null);
        return ready?.status === 200;
      },
      WITHIN_MS,
      () => `web is ready:\n${rig.board.web.log().slice(-3_000)}`,
    );
    const eventsAgainMs = await line.eventsAgain(wholeAtMs, WITHIN_MS);
    await line.drain();
    return { eventsAgainMs, wholeAgainMs: wholeAtMs - startedAtMs };
  },
});
