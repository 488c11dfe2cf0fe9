import type { Listener } from '../rig/board';
import { Crowd } from '../rig/crowd';
import { Feed } from '../rig/feed';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const READERS = 60;
const EXIT_WITHIN_MS = 10_000;
const WITHIN_MS = 60_000;

export const stopListeners = scenario({
  name: 'stop-listeners',
  title: 'events, the other events and web end by SIGTERM and by kill -9 in turn; readers go on at the next',
  bars: {
    exitMs: { most: EXIT_WITHIN_MS },
    badExits: { most: 0 },
    retriesTold: { least: READERS / 2 },
    differentRetries: { least: 10 },
    broken: { most: 0 },
  },
  run: async rig => {
    await rig.startBoard({ events: 2 });
    await rig.startVisitor();
    const listeners = rig.board.children.filter((child): child is Listener => 'url' in child);
    const urls = listeners.map(({ url }) => url);
    const line = await rig.startLine({
      producer: { perSecond: 8, threads: 4 },
      readers: listeners.map((_, at) => [...listeners.slice(at), ...listeners.slice(0, at)]),
    });
    const token = await rig.board.token('viewer');
    const crowd = await new Crowd({ size: READERS, urls, token, query: '?types=message-created' }).opened();
    rig.add(() => crowd.stop());
    const feed = new Feed(rig, 10).start();
    const exits = { longestMs: 0, bad: 0 };
    // Web last: while it is away nobody is taken up, and everybody still reads.
    for (const listener of listeners.toReversed()) await stopAndStart(rig, listener, exits);
    for (const listener of listeners.toReversed()) await killAndStart(rig, listener, crowd);
    await feed.stop();
    const all = feed.ids;
    await until(
      () => crowd.heard(all.length),
      WITHIN_MS,
      () => `all was told: ${JSON.stringify(crowd.gaps(all))}`,
    );
    const { missed, twice, reordered, resets } = crowd.gaps(all);
    await line.drain();
    // The first is the greeting's, the same for all; a farewell's is the reader's own.
    const farewells = crowd.heads.flatMap(({ retriesMs }) =>
      retriesMs.filter(retryMs => retryMs !== GREETING_RETRY_MS),
    );
    return {
      exitMs: exits.longestMs,
      badExits: exits.bad,
      retriesTold: farewells.length,
      differentRetries: new Set(farewells).size,
      broken: missed + twice + reordered + resets,
    };
  },
});

const GREETING_RETRY_MS = 1_000;

async function stopAndStart(rig: Rig, listener: Listener, exits: { longestMs: number; bad: number }): Promise<void> {
  await sleep(rig.random.between(500, 2_000));
  rig.fault(`SIGTERM ${listener.name}`);
  const sentAtMs = Date.now();
  const code = await listener.stop(EXIT_WITHIN_MS);
  exits.longestMs = Math.max(exits.longestMs, Date.now() - sentAtMs);
  if (code !== 0) exits.bad += 1;
  await again(rig, listener);
}

async function killAndStart(rig: Rig, listener: Listener, crowd: Crowd): Promise<void> {
  await sleep(rig.random.between(500, 2_000));
  rig.fault(`kill -9 ${listener.name}`);
  await listener.kill();
  // Once more, in the middle of taking a reader in.
  listener.start({ SWITCHBOARD_CRASH_AT: 'events:after-consumer' });
  const knock = () => {
    rig.random.pick(crowd.heads).drop();
    return !listener.isRunning;
  };
  await until(knock, WITHIN_MS, `${listener.name} dies with a reader at its door`);
  await again(rig, listener);
}

async function again(rig: Rig, listener: Listener): Promise<void> {
  await sleep(rig.random.between(0, 1_500));
  listener.start();
  await rig.board.waitUntilReady(listener);
}
