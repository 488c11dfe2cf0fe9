import { ObjectId, type Collection, type Document } from 'mongodb';
import { createClient } from '@/lib/sdk/client';
import { dispatchCalls } from '@/lib/sdk/dispatch-calls';
import { Reader } from '../rig/reader';
import type { Rig } from '../rig/rig';
import { scenario } from '../rig/scenario';
import { sleep, until } from '../rig/wait';

const OPLOG_MEGABYTES = 50;
const DUE_ITEMS = 10_000;
/** Inserted raw while everything that would take them up is frozen: no event of theirs is ever seen. */
const UNSEEN_ITEMS = 1_000;
const CLAIMED_AT_ONCE = 20;
const BATCH = 1_000;
const JUNK_BYTES = 200_000;
const JUNK_A_ROUND = 50;
const ROLLED_WITHIN_MS = 180_000;
const RESET_WITHIN_MS = 30_000;
const CLAIMABLE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;
const LOST = 'history is lost';

/** Server time of the oldest entry that a reader could still resume after, on each member. */
async function oldestMs(rig: Rig): Promise<number> {
  const times = await Promise.all(
    rig.set.members.map(async member => {
      const reply = await member.command({ serverStatus: 1, oplog: 1, repl: 1 });
      const earliest = (reply['oplog'] as { earliestOptime?: { getHighBits(): number } } | undefined)?.earliestOptime;
      return (earliest?.getHighBits() ?? 0) * 1_000;
    }),
  );
  return Math.min(...times);
}

/** Writes until no member's oplog reaches back to `ms`. Truncation is lazy, and goes no further than a checkpoint. */
async function rollOver(rig: Rig, ms: number): Promise<void> {
  const junk = rig.db.collection('junk');
  await until(
    async () => {
      const rows = Array.from({ length: JUNK_A_ROUND }, (): Document => ({ filler: 'x'.repeat(JUNK_BYTES) }));
      await junk.insertMany(rows);
      await Promise.all(rig.set.members.map(member => member.command({ fsync: 1 })));
      return (await oldestMs(rig)) > ms;
    },
    ROLLED_WITHIN_MS,
    'the oplog rolls over',
  );
}

async function insertDue(messages: Collection, count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    const items = Array.from({ length: BATCH }, () => ({ _id: new ObjectId(), assignedTo: 'research', body: 'due' }));
    await messages.insertMany(items);
  }
}

/** As an orchestrator that comes just now would. */
async function claimsAndGivesBack(rig: Rig, token: string): Promise<boolean> {
  const calls = dispatchCalls(createClient({ baseUrl: rig.board.web.url, token }));
  const { dispatches } = await calls.claim({ consumer: 'after-the-loss', max: CLAIMED_AT_ONCE });
  await Promise.all(dispatches.map(({ id, epoch }) => calls.release(id, epoch)));
  return dispatches.length > 0;
}

export const lostHistory = scenario({
  name: 'lost-history',
  title:
    'the oplog rolls over under a frozen web, a frozen events process and a reader that is away; 10,000 items are due, 1,000 more are inserted unseen',
  set: { oplogMegabytes: OPLOG_MEGABYTES },
  bars: {
    mostResetsAReader: { least: 1, most: 1 },
    leastResetsAReader: { least: 1, most: 1 },
    claimableMs: { most: 5_000 },
    kept: { least: DUE_ITEMS + UNSEEN_ITEMS },
    lostSaid: { most: 1 },
  },
  webMemoryMb: 600,
  run: async rig => {
    await rig.startBoard();
    const line = await rig.startLine();
    await line.drain();
    for (const claimer of line.claimers) claimer.pause();
    const token = await rig.board.token('viewer');
    const messages = rig.db.collection('messages');
    const noneRaw = async () => (await messages.findOne({ rankAt: null }, { projection: { _id: 1 } })) === null;
    await insertDue(messages, DUE_ITEMS);
    await until(noneRaw, CLAIMABLE_WITHIN_MS, 'all due items are taken up');
    const positions = line.readers.map(({ position }) => position!);
    const lastMs = Date.now();
    const listeners = rig.board.children.filter(child => 'url' in child) as (typeof rig.board.web)[];
    rig.fault('freeze web and events');
    for (const listener of listeners) listener.freeze();

    await insertDue(messages, UNSEEN_ITEMS);
    await rollOver(rig, lastMs);
    rig.fault('thaw web and events');
    const thawedAtMs = Date.now();
    for (const listener of listeners) listener.thaw();

    // Two who come back with what they had, to processes that have lost it too.
    const late = positions.map((after, at) => {
      const { url, name } = listeners[at]!;
      return new Reader({ name: `late at ${name}`, urls: [url], token, ledger: rig.ledger, after });
    });
    line.readers.push(...late);
    const worker = await rig.board.token('orchestrator');
    // Seldom and by an index: a look at ten thousand documents is work for the same two cores.
    const isClaimable = async () => {
      await sleep(LOOK_EVERY_MS);
      return (await noneRaw()) && (await claimsAndGivesBack(rig, worker)) && Date.now() - thawedAtMs;
    };
    const claimable = until(isClaimable, CLAIMABLE_WITHIN_MS, 'all due items can be claimed');
    await until(
      () => line.readers.every(({ resets }) => resets.length > 0),
      RESET_WITHIN_MS,
      () => `a reset for each: ${line.readers.map(({ name, resets }) => `${name} ${resets.length}`).join(', ')}`,
    );
    const resetMs = Date.now() - thawedAtMs;
    const claimableMs = await claimable;
    // A claim that waited when its claimer was paused still took a few.
    const inHand = ['queued', 'claimed', 'done'];
    const kept = await messages.countDocuments({ body: 'due', status: { $in: inHand } });
    await messages.deleteMany({ body: 'due' });
    for (const claimer of line.claimers) claimer.resume();
    const resumedAtMs = await line.resume();
    await line.eventsAgain(resumedAtMs, RESET_WITHIN_MS);
    const resets = line.readers.map(reader => reader.resets.length);
    return {
      resetMs,
      claimableMs,
      kept,
      mostResetsAReader: Math.max(...resets),
      leastResetsAReader: Math.min(...resets),
      lostSaid: Math.max(...listeners.map(listener => listener.said(LOST))),
    };
  },
});
