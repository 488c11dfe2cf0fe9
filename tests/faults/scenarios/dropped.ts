import type { Line } from '../rig/line';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

const WITHIN_MS = 30_000;
const LIVE_MESSAGES = 40;
/** Work, its threads, the claims' own gates, and what says whose positions are whose. */
const COLLECTIONS = ['messages', 'threads', 'dispatches', 'consumers', 'plane-meta'] as const;
const REOPENED = 'the event source failed';

const resetsOf = (line: Line): number => Math.max(...line.readers.map(({ resets }) => resets.length));

/** Three unique indexes over open, lane and slot: without them nothing holds a limit. */
async function gatesStand(rig: Rig): Promise<boolean> {
  const indexes = await rig.db
    .collection('dispatches')
    .indexes()
    .catch(() => []);
  return ['open', 'lane', 'slot'].every(field => indexes.some(({ key, unique }) => unique && key[field] === 1));
}

async function validatorsStand(rig: Rig): Promise<boolean> {
  const [messages] = await rig.db.listCollections({ name: 'messages' }, { nameOnly: false }).toArray();
  const options = (messages as { options?: Record<string, unknown> } | undefined)?.options ?? {};
  return 'validator' in options && 'changeStreamPreAndPostImages' in options;
}

/** New work goes its whole way, and nothing of it is lost, doubled or out of order. */
async function worksAgain(rig: Rig, line: Line, sinceMs: number, what: string): Promise<void> {
  await line.resume();
  await line.eventsAgain(sinceMs, WITHIN_MS);
  await until(
    () => line.accepted >= LIVE_MESSAGES,
    WITHIN_MS * 2,
    () => `work goes on after ${what} was dropped: ${line.accepted} outcomes`,
  );
  await line.drain();
  const broken = await line.judge();
  if (broken.length > 0) throw new Error(`after ${what} was dropped: ${broken.join('; ')}`);
}

async function drop(rig: Rig, line: Line, what: string, act: () => Promise<unknown>): Promise<number> {
  await line.drain();
  rig.ledger.cut(`${what} is dropped`);
  rig.fault(`drop ${what}`);
  const droppedAtMs = Date.now();
  await act();
  await until(
    async () => (await gatesStand(rig)) && (await validatorsStand(rig)),
    WITHIN_MS,
    `what was dropped with ${what} is back`,
  );
  return droppedAtMs;
}

export const dropped = scenario({
  name: 'dropped',
  title: 'collections are dropped under a running board one after the other, then the whole database',
  bars: {
    schemaBackMs: { most: 15_000 },
    resetsByCollections: { least: 4, most: 4 },
    resetsByDatabase: { least: 1, most: 1 },
    reopens: { most: 15 },
  },
  run: async rig => {
    await rig.startBoard();
    // Its token outlives the database: it comes from the environment.
    const line = await rig.startLine({ token: rig.board.adminToken });
    let schemaBackMs = 0;
    for (const name of COLLECTIONS) {
      const atMs = await drop(rig, line, name, () => rig.db.dropCollection(name));
      schemaBackMs = Math.max(schemaBackMs, Date.now() - atMs);
      await worksAgain(rig, line, atMs, name);
    }
    // One for each that events speak of, and one for the stream's own identity; of consumers they say nothing.
    const resetsByCollections = resetsOf(line);
    const atMs = await drop(rig, line, 'the database', () => rig.db.dropDatabase());
    schemaBackMs = Math.max(schemaBackMs, Date.now() - atMs);
    await until(() => resetsOf(line) > resetsByCollections, WITHIN_MS, 'readers are told');
    await until(
      () =>
        rig.prepareType().then(
          () => true,
          () => false,
        ),
      WITHIN_MS,
      'the agent types are back',
    );
    await worksAgain(rig, line, Date.now(), 'the database');
    const processes = rig.board.children;
    return {
      schemaBackMs,
      resetsByCollections,
      resetsByDatabase: resetsOf(line) - resetsByCollections,
      reopens: Math.max(...processes.map(child => child.said(REOPENED))),
    };
  },
});
