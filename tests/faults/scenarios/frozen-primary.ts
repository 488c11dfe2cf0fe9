import type { Line } from '../rig/line';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

export const EVENTS_AGAIN_MS = 8_000;
const FROZEN_MS = 20_000;
const SEEN_WITHIN_MS = 40_000;

interface Frozen {
  eventsAgainMs: number;
  claimsAgainMs: number;
  gapAfterThawMs: number;
}

/** A zombie: its sockets stay open, it answers nobody, and when it wakes it believes to be primary for a moment. */
export async function freezeThePrimary(rig: Rig, line: Line, frozenMs: number): Promise<Frozen> {
  await sleep(rig.random.between(200, 2_000));
  const primary = await rig.set.waitForPrimary();
  rig.fault(`freeze ${primary.name}`);
  const frozenAtMs = primary.freeze();
  const eventsAgainMs = await line.eventsAgain(frozenAtMs, SEEN_WITHIN_MS);
  const flowingAtMs = Date.now();
  await until(
    () => rig.ledger.of('claimed').some(({ atMs }) => atMs > flowingAtMs),
    SEEN_WITHIN_MS,
    'claims are answered again',
  );
  const claimsAgainMs = Date.now() - frozenAtMs;
  await sleep(Math.max(0, frozenAtMs + frozenMs - Date.now()));
  rig.fault(`thaw ${primary.name}`);
  primary.thaw();
  const thawedAtMs = Date.now();
  await rig.set.waitUntilWhole();
  await line.eventsAgain(thawedAtMs, SEEN_WITHIN_MS);
  return { eventsAgainMs, claimsAgainMs, gapAfterThawMs: line.longestGap(thawedAtMs) };
}

export const frozenPrimary = scenario({
  name: 'frozen-primary',
  title: 'the primary is frozen for 20 s and wakes up as if nothing had been',
  bars: { eventsAgainMs: { most: EVENTS_AGAIN_MS }, claimsAgainMs: { most: FROZEN_MS - 1_000 } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    return { ...(await freezeThePrimary(rig, await rig.startLine(), FROZEN_MS)) };
  },
});
