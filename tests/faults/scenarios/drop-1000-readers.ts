import { Crowd } from '../rig/crowd';
import { Feed } from '../rig/feed';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const READERS = 1_000;
/** Each is delivered a thousand times, and read by this process. */
const PER_SECOND = 2;
const LIVE_WITHIN_MS = 10_000;
const WITHIN_MS = 90_000;
const MOST_CURSORS = 4;
/** Readers that stay away while more happens than a process that starts again reads from history. */
const FAR = 12;
const FAR_EVENTS = 30_000;
const CHUNK = 1_000;

export const drop1000Readers = scenario({
  name: 'drop-1000-readers',
  title: '1,000 readers are dropped at once, then their server is killed -9; 12 come back from far',
  set: { members: 1 },
  bars: {
    liveAgainMs: { most: LIVE_WITHIN_MS },
    liveAfterKillMs: { most: LIVE_WITHIN_MS },
    mostCatchUpCursors: { least: 1, most: MOST_CURSORS },
    broken: { most: 0 },
  },
  run: async rig => {
    await rig.startBoard({ events: 1 });
    const events = rig.board.children.find(({ name }) => name.startsWith('events')) as typeof rig.board.web;
    const token = await rig.board.token('viewer');
    const options = { urls: [events.url], token, query: '?types=message-created' };
    const openedAtMs = Date.now();
    const crowd = await new Crowd({ ...options, size: READERS }).opened();
    const openMs = Date.now() - openedAtMs;
    const far = await new Crowd({ ...options, size: FAR }).opened();
    rig.add(() => crowd.stop());
    rig.add(() => far.stop());
    const feed = new Feed(rig, PER_SECOND).start();
    await until(() => [...crowd.heads, ...far.heads].every(({ told }) => told.length > 3), WITHIN_MS, 'all are told');

    rig.fault('all readers dropped');
    for (const head of crowd.heads) head.drop();
    const liveAgainMs = await liveAgain(crowd, feed);

    for (const head of far.heads) head.isPaused = true;
    for (const head of far.heads) head.drop();
    for (let sent = 0; sent < FAR_EVENTS; sent += CHUNK) await feed.noise(CHUNK);

    // The others stand behind the noise: what they need is a moment, and not all of it.
    await liveAgain(crowd, feed);

    rig.fault(`kill -9 ${events.name}`);
    await events.kill();
    await sleep(rig.random.between(200, 1_000));
    events.start();
    await rig.board.waitUntilReady(events);
    const liveAfterKillMs = await liveAgain(crowd, feed);
    // One of each process, and what the killed one left behind until the server times it out.
    const cursors = watchCursors(rig, await changeStreams(rig));
    for (const head of far.heads) head.isPaused = false;
    await until(() => far.live === FAR, WITHIN_MS, 'those from far are connected');
    await feed.stop();
    const all = feed.ids;
    const heard = () => crowd.heard(all.length) && far.heard(all.length);
    await until(heard, WITHIN_MS, () => `nothing is missing: ${JSON.stringify([crowd.gaps(all), far.gaps(all)])}`);
    const mostCatchUpCursors = await cursors();
    const broken = [crowd.gaps(all), far.gaps(all)]
      .flatMap(({ missed, twice, reordered, resets }) => [missed, twice, reordered, resets])
      .reduce((sum, count) => sum + count, 0);
    return { openMs, liveAgainMs, liveAfterKillMs, mostCatchUpCursors, broken, events: all.length };
  },
});

/** Until each was told something that left after now, in ms. */
async function liveAgain(crowd: Crowd, feed: Feed): Promise<number> {
  const sinceMs = Date.now();
  const isLive = () => crowd.heads.every(({ told }) => (feed.sent.get(told.at(-1)?.id ?? '') ?? 0) > sinceMs);
  await until(isLive, WITHIN_MS, () => `all are live: ${crowd.live} of ${crowd.heads.length} connected`);
  return Date.now() - sinceMs;
}

/** Change streams on the server beyond those that stand anyway, at most at any time. */
function watchCursors(rig: Rig, standing: number): () => Promise<number> {
  let most = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const open = await changeStreams(rig);
      most = Math.max(most, open - standing);
      await sleep(50);
    }
  })();
  // Its failure is told by whoever asks for the count.
  watching.catch(() => undefined);
  return async () => {
    over.abort();
    await watching;
    return most;
  };
}

async function changeStreams(rig: Rig): Promise<number> {
  const found = await rig.client
    .db('admin')
    .aggregate(
      [
        { $currentOp: { idleCursors: true, allUsers: true } },
        { $match: { 'cursor.originatingCommand.pipeline.0.$changeStream': { $exists: true } } },
        // One that becomes idle while the list is made is in it twice: first as what answers, then among the idle.
        { $group: { _id: '$cursor.cursorId' } },
        { $count: 'open' },
      ],
      { readConcern: { level: 'local' } },
    )
    .toArray();
  return (found[0]?.['open'] as number | undefined) ?? 0;
}
