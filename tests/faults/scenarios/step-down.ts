import { scenario } from '../rig/scenario';
import { sleep } from '../rig/wait';

const TIMES = 5;
const SEEN_WITHIN_MS = 30_000;

export const stepDown = scenario({
  name: 'step-down',
  title: 'the primary hands over in good order, five times',
  bars: { eventsAgainMs: { most: 3_000 } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    const line = await rig.startLine();
    const times: number[] = [];
    for (let at = 0; at < TIMES; at += 1) {
      // Past the time for which the last one may not be elected.
      await sleep(rig.random.between(2_000, 3_500));
      rig.fault('stepDown');
      const askedAtMs = await rig.set.stepDown();
      times.push(await line.eventsAgain(askedAtMs, SEEN_WITHIN_MS));
      await rig.set.waitUntilWhole();
    }
    return { eventsAgainMs: Math.max(...times), times: times.length };
  },
});
