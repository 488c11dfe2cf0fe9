import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const FROZEN_MS = 20_000;

export const frozenSecondary = scenario({
  name: 'frozen-secondary',
  title: 'one secondary is frozen for 20 s',
  bars: { longestGapMs: { most: 2_000 }, healthSaysMs: { most: 15_000 } },
  run: async rig => {
    await rig.startBoard();
    await rig.startVisitor();
    const line = await rig.startLine();
    const secondary = rig.random.pick(await rig.set.secondaries());
    rig.fault(`freeze ${secondary.name}`);
    const frozenAtMs = secondary.freeze();
    const isNamed = async () => {
      const { body } = await rig.board.call('GET', '/api/system-health');
      return (body.reasons as string[]).some(reason => reason.includes(secondary.host));
    };
    await until(isNamed, FROZEN_MS, 'health names the member');
    const healthSaysMs = Date.now() - frozenAtMs;
    await sleep(Math.max(0, frozenAtMs + FROZEN_MS - Date.now()));
    const longestGapMs = line.longestGap(frozenAtMs);
    secondary.thaw();
    rig.fault(`thaw ${secondary.name}`);
    await rig.set.waitUntilWhole();
    return { longestGapMs, healthSaysMs };
  },
});
