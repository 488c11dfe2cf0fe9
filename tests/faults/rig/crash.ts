import type { ObjectId } from 'mongodb';
import type { Listener } from './board';
import { ERRANDS } from './errand';
import type { Rig } from './rig';
import { sleep, until } from './wait';

export interface Seam {
  at: string;
  /** Leads the process there; absent: the load does. Repeated until it died; its own failures are of no interest. */
  lead?(rig: Rig): Promise<unknown>;
  /** When the process runs again: what else the world does. */
  after?(rig: Rig): Promise<unknown>;
}

const DIES_WITHIN_MS = 30_000;
const LEAD_EVERY_MS = 200;
const ENDS_WITHIN_MS = 60_000;

/** Starts the process so that it kills itself at the seam, and resolves when it did. */
export async function dieAt(rig: Rig, listener: Listener, { at, lead }: Seam): Promise<void> {
  await listener.kill();
  listener.start({ SWITCHBOARD_CRASH_AT: at });
  await rig.board.waitUntilReady(listener).catch(error => {
    // It may get there before it is ready.
    if (listener.isRunning) throw error;
  });
  const led = { failed: '' };
  const leading = leadOn(rig, listener, lead, led);
  await until(
    () => !listener.isRunning,
    DIES_WITHIN_MS,
    () => `${listener.name} dies at ${at}; ${led.failed}`,
  );
  rig.fault(`${listener.name} killed itself at ${at}`);
  await leading;
  const code = await listener.exited();
  if (code !== null) throw new Error(`${listener.name} should die at ${at}; it ended with ${code}`);
}

async function leadOn(rig: Rig, listener: Listener, lead: Seam['lead'], led: { failed: string }): Promise<void> {
  if (!lead) return;
  while (listener.isRunning) {
    await lead(rig).catch(error => (led.failed = String(error)));
    await sleep(LEAD_EVERY_MS);
  }
}

/** Work whose attempt or outcome was under way when its server died; what only waits for its turn is not among it. */
export async function cutOff(rig: Rig): Promise<ObjectId[]> {
  const dispatches = await rig.db
    .collection('dispatches')
    .find<{ source: { id: ObjectId } }>(
      { $or: [{ status: { $in: ['running', 'cancelling'] } }, { settled: false }] },
      { projection: { 'source.id': 1 } },
    )
    .toArray();
  const raw = await rig.db
    .collection('messages')
    .find<{ _id: ObjectId }>({ rankAt: null, assignedTo: ERRANDS }, { projection: { _id: 1 } })
    .toArray();
  return [...dispatches.map(({ source }) => source.id), ...raw.map(({ _id }) => _id)];
}

/** What a consumer held when it died. */
export async function runningBy(rig: Rig, consumer: string): Promise<ObjectId[]> {
  const held = { consumer, status: { $in: ['running', 'cancelling'] } };
  const rows = await rig.db.collection('dispatches').find<{ source: { id: ObjectId } }>(held).toArray();
  return rows.map(({ source }) => source.id);
}

/** Resolves with how long after `sinceMs` the last of them got its outcome, in ms, by the database's clock. */
export async function allDone(rig: Rig, ids: readonly ObjectId[], sinceMs: number): Promise<number> {
  const open = { _id: { $in: [...ids] }, status: { $ne: 'done' } };
  const left = () =>
    rig.db
      .collection('messages')
      .find(open, { projection: { status: 1, reason: 1 } })
      .toArray();
  let rows = await left();
  await until(
    async () => (rows = await left()).length === 0,
    ENDS_WITHIN_MS,
    () => `work that was cut off ends: ${JSON.stringify(rows.slice(0, 3))}`,
  );
  const ends = await rig.db
    .collection('dispatches')
    .find<{ endedAt: Date }>({ 'source.id': { $in: [...ids] }, status: 'done' }, { projection: { endedAt: 1 } })
    .toArray();
  return Math.max(0, ...ends.map(({ endedAt }) => endedAt.getTime() - sinceMs));
}
