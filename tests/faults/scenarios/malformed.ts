import { Decimal128, Long, MaxKey, ObjectId, type Document } from 'mongodb';
import { percentile } from '../rig/line';
import type { Seeded } from '../rig/seeded';
import { scenario } from '../rig/scenario';
import { until } from '../rig/wait';

const COUNT = 10_000;
const BATCH = 200;
const LISTED_WITHIN_MS = 120_000;
const VALUES: unknown[] = [
  null,
  7,
  Number.NaN,
  true,
  Decimal128.fromString('1e6000'),
  Long.MAX_VALUE,
  new Date(Date.UTC(275_760, 8, 13)),
  new MaxKey(),
  '\ud800 a lone surrogate',
  'line\nbreak\r\n\nevent: admin\u2028',
  { $gt: '' },
  { __proto__: null, constructor: { prototype: 1 } },
  [[[]]],
  'x'.repeat(20_000),
];
const FIELDS = ['body', 'assignedTo', 'tenantId', 'threadId', 'priority', 'status', 'from', 'kind', 'hops', 'seq'];

/** A message that cannot be worked with: no body at all, or one that is no string, and more that is odd. */
function malformedMessage(random: Seeded): Document {
  const odd = Object.fromEntries([1, 2, 3].map(() => [random.pick(FIELDS), random.pick(VALUES)]));
  const body = random.pick([undefined, 7, null, { $gt: '' }, ['a'], new Date(0)]);
  return { _id: new ObjectId(), assignedTo: 'research', ...odd, ...(body === undefined ? {} : { body }) };
}

export const malformed = scenario({
  name: 'malformed',
  title: '10,000 malformed documents are inserted among the good ones',
  bars: { listed: { least: 1 }, worstGapMs: { most: 10_000 } },
  run: async rig => {
    await rig.startBoard();
    const line = await rig.startLine();
    const beganMs = Date.now();
    const documents = Array.from({ length: COUNT }, () => malformedMessage(rig.random));
    for (const document of documents) if (document['body'] === undefined) delete document['body'];
    rig.fault(`${COUNT} malformed documents`);
    for (let at = 0; at < COUNT; at += BATCH) {
      await rig.db
        .collection('messages')
        .insertMany(documents.slice(at, at + BATCH), { ordered: false })
        .catch(() => undefined);
    }
    const insertedMs = Date.now() - beganMs;
    const listed = await until(
      async () => {
        const { body } = await rig.board.call('GET', '/api/system-health').catch(() => ({ body: null }));
        const count = (body?.malformed?.count as number | undefined) ?? 0;
        return count >= COUNT / 2 && count;
      },
      LISTED_WITHIN_MS,
      'health lists them',
    );
    const nowMs = Date.now();
    await line.eventsAgain(nowMs, LISTED_WITHIN_MS);
    return {
      insertedMs,
      listed,
      listedMs: Date.now() - beganMs,
      worstGapMs: line.longestGap(beganMs),
      latencyP99Ms: percentile(line.latencies(beganMs), 0.99),
    };
  },
});
