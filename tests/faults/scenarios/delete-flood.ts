import { ObjectId } from 'mongodb';
import { percentile } from '../rig/line';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

const COUNT = 20_000;
const BATCH = 2_000;
const WITHIN_MS = 60_000;

export const deleteFlood = scenario({
  name: 'delete-flood',
  title: `${COUNT.toLocaleString('en')} messages are deleted with one deleteMany`,
  // While the server deletes it hardly does anything else; what it takes itself stands beside it.
  bars: { worstGapMs: { most: 20_000 }, resets: { most: 0 } },
  // The ring holds as many events as it may, and the reader of everything is sent them all.
  webMemoryMb: 600,
  run: async rig => {
    await rig.startBoard();
    const messages = rig.db.collection('messages');
    // Taken up already and for nobody, so that they weigh on nothing but the stream.
    const now = new Date();
    const old = () => ({
      _id: new ObjectId(),
      tenantId: 'default',
      body: 'old',
      assignedTo: null,
      status: 'none',
      rankAt: now,
    });
    for (let at = 0; at < COUNT; at += BATCH) await messages.insertMany(Array.from({ length: BATCH }, old));
    const line = await rig.startLine();
    const beganMs = Date.now();
    rig.fault(`delete ${COUNT} messages`);
    const { deletedCount } = await messages.deleteMany({ body: 'old' });
    const deletedMs = Date.now() - beganMs;
    const everything = line.readers[0]!;
    await until(
      () => everything.seen.filter(({ type }) => type === 'message-deleted').length >= deletedCount,
      WITHIN_MS,
      'the reader of everything saw each of them go',
    );
    return {
      deleted: deletedCount,
      deletedMs,
      toldMs: Date.now() - beganMs,
      worstGapMs: line.longestGap(beganMs),
      latencyP99Ms: percentile(line.latencies(beganMs), 0.99),
      resets: Math.max(...line.readers.map(({ resets }) => resets.length)),
    };
  },
});
