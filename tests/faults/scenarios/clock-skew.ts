import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { percentile } from '../rig/line';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep } from '../rig/wait';

const HOUR_MS = 3_600_000;
const UNDER_SKEW_MS = 10_000;

/** A clock that is off, for one process: `Date.now()` and `new Date()`, as an unset machine has them. */
function preload(rig: Rig, offMs: number): readonly string[] {
  const path = join(rig.folder, `clock-${offMs}.mjs`);
  writeFileSync(
    path,
    `const Real = Date;
const now = () => Real.now() + ${offMs};
class Skewed extends Real {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now() {
    return now();
  }
}
globalThis.Date = Skewed;
`,
  );
  return ['--import', pathToFileURL(path).href];
}

export const clockSkew = scenario({
  name: 'clock-skew',
  title: 'of two web and two events processes one each is an hour ahead, one an hour behind; so are two orchestrators',
  bars: { resets: { most: 0 } },
  run: async rig => {
    const [ahead, behind] = [preload(rig, HOUR_MS), preload(rig, -HOUR_MS)];
    const first = await rig.board.startWeb({ nodeArgs: ahead });
    const second = await rig.board.startWeb({ nodeArgs: behind });
    await rig.board.startEvents({ nodeArgs: behind });
    await rig.board.startEvents({ nodeArgs: ahead });
    await rig.prepareType();
    for (const [at, nodeArgs] of [ahead, behind].entries()) {
      await rig.board.startOrchestrator({ nodeArgs, web: at === 0 ? second : first, capacity: 2 });
    }
    const places = rig.board.children.filter(child => 'url' in child) as (typeof first)[];
    // Each reader goes round all four: what one gave out, another must understand.
    const readers = places.map((_, at) => [...places.slice(at), ...places.slice(0, at)]);
    // Ten processes share the machine: slow enough for the slowest of them.
    const line = await rig.startLine({ readers, producer: { perSecond: 10 } });
    const beganMs = Date.now();
    while (Date.now() - beganMs < UNDER_SKEW_MS) {
      rig.random.pick(line.readers).drop();
      await sleep(rig.random.between(100, 600));
    }
    const resets = line.readers.reduce((sum, reader) => sum + reader.resets.length, 0);
    return {
      resets,
      connections: line.readers.reduce((sum, { connections }) => sum + connections, 0),
      latencyP99Ms: percentile(line.latencies(beganMs), 0.99),
    };
  },
});
