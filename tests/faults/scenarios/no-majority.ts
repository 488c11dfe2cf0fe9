import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const AWAY_MS = 15_000;
const SEEN_WITHIN_MS = 30_000;

let lastSaid = 'nothing';

/** Read as a page does, which asks again and again. */
async function healthIs(rig: Rig, wanted: (status: string) => boolean): Promise<boolean> {
  try {
    const { body } = await rig.board.call('GET', '/api/system-health');
    lastSaid = JSON.stringify([body.status, body.reasons]);
    return wanted(body.status as string);
  } catch {
    return false;
  }
}

export const noMajority = scenario({
  name: 'no-majority',
  title: 'two of three members are frozen for 15 s: nothing can be acknowledged',
  bars: { healthSaysMs: { most: 5_000 }, eventsAgainMs: { most: 5_000 }, healthyAgainMs: { most: 15_000 } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    const line = await rig.startLine();
    await sleep(rig.random.between(200, 2_000));
    const primary = await rig.set.waitForPrimary();
    const others = rig.set.members.filter(member => member !== primary);
    rig.fault(`freeze ${others.map(({ name }) => name).join(' and ')}`);
    const frozenAtMs = Date.now();
    for (const member of others) member.freeze();
    await until(() => healthIs(rig, status => status !== 'ok'), AWAY_MS, 'health says so');
    const healthSaysMs = Date.now() - frozenAtMs;
    await sleep(Math.max(0, frozenAtMs + AWAY_MS - Date.now()));
    rig.fault('thaw');
    for (const member of others) member.thaw();
    const healedAtMs = Date.now();
    // An election comes first; from then on the clock runs, for before it nothing can be stored.
    await rig.set.waitForPrimary();
    const electedAtMs = Date.now();
    await line.eventsAgain(electedAtMs, SEEN_WITHIN_MS);
    const eventsAgainMs = Date.now() - electedAtMs;
    await until(
      () => healthIs(rig, status => status === 'ok'),
      SEEN_WITHIN_MS,
      () => `health is ok again, it says ${lastSaid}`,
    );
    return {
      healthSaysMs,
      electionMs: electedAtMs - healedAtMs,
      eventsAgainMs,
      healthyAgainMs: Date.now() - healedAtMs,
    };
  },
});
