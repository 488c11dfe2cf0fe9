import type { Line } from '../rig/line';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep } from '../rig/wait';

export const EVENTS_AGAIN_MS = 5_000;
const SEEN_WITHIN_MS = 30_000;

/** Resolves, with how long no event came, when the member is back. */
export async function killThePrimary(rig: Rig, line: Line): Promise<number> {
  await sleep(rig.random.between(500, 2_500));
  const primary = await rig.set.waitForPrimary();
  rig.fault(`kill -9 ${primary.name}`);
  const killedAtMs = await primary.kill();
  const eventsAgainMs = await line.eventsAgain(killedAtMs, SEEN_WITHIN_MS);
  await sleep(rig.random.between(1_000, 5_000));
  rig.fault(`restart ${primary.name}`);
  primary.start();
  await rig.set.waitUntilWhole();
  return eventsAgainMs;
}

export const killPrimary = scenario({
  name: 'kill-primary',
  title: 'the primary is killed with -9 and comes back some seconds later',
  bars: { eventsAgainMs: { most: EVENTS_AGAIN_MS } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    return { eventsAgainMs: await killThePrimary(rig, await rig.startLine()) };
  },
});
