import { scenario } from '../rig/scenario';
import { sleep } from '../rig/wait';

const SEEN_WITHIN_MS = 40_000;

/** A zombie: its sockets stay open, it answers nobody, and when it wakes it believes to be primary for a moment. */
const frozenPrimary = (name: string, frozenMs: number) =>
  scenario({
    name,
    title: `the primary is frozen for ${frozenMs / 1_000} s and wakes up as if nothing had been`,
    bars: { eventsAgainMs: { most: 8_000 } },
    run: async rig => {
      await rig.startBoard();
      const line = await rig.startLine();
      await sleep(rig.random.between(200, 2_000));
      const primary = await rig.set.waitForPrimary();
      rig.fault(`freeze ${primary.name}`);
      const frozenAtMs = primary.freeze();
      const eventsAgainMs = await line.eventsAgain(frozenAtMs, SEEN_WITHIN_MS);
      await sleep(Math.max(0, frozenAtMs + frozenMs - Date.now()));
      rig.fault(`thaw ${primary.name}`);
      primary.thaw();
      const thawedAtMs = Date.now();
      await rig.set.waitUntilWhole();
      await sleep(2_000);
      return { eventsAgainMs, gapAfterThawMs: line.longestGap(thawedAtMs) };
    },
  });

export const frozenPrimaryLong = frozenPrimary('frozen-primary', 20_000);
