import { scenario } from '../rig/scenario';
import { EVENTS_AGAIN_MS as AFTER_FREEZE_MS, freezeThePrimary } from './frozen-primary';
import { EVENTS_AGAIN_MS as AFTER_KILL_MS, killThePrimary } from './kill-primary';
import { comeWithStrangePositions } from './strange-positions';

/** Long enough for an election to be over and the driver's own patience to be used up. */
const FROZEN_MS = 9_000;

/** Three of the long form on one board, for every run of the tests. */
export const shortForm = scenario({
  name: 'short-form',
  title: 'strange positions, then the primary is killed with -9, then the next one is frozen',
  bars: { afterKillMs: { most: AFTER_KILL_MS }, afterFreezeMs: { most: AFTER_FREEZE_MS } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    const line = await rig.startLine();
    const { resetMs } = await comeWithStrangePositions(rig, line);
    const afterKillMs = await killThePrimary(rig, line);
    const { eventsAgainMs, claimsAgainMs } = await freezeThePrimary(rig, line, FROZEN_MS);
    return { resetMs, afterKillMs, afterFreezeMs: eventsAgainMs, claimsAgainMs };
  },
});
