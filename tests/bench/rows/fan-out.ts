import { ObjectId, type Collection } from 'mongodb';
import { startRole, type BenchChild } from '../child';
import { median, nowMs, sleep, summarise } from '../clock';
import { residentKib } from '../cpu';
import type { CrowdOrders } from '../crowd';
import { withRig } from '../rig';
import { ms, times, type BenchEnv, type Check, type Figure, type Rig, type Row, type RowResult } from '../row';

/**
 * From the call of insert to the last of N readers, ours beside the bare node:http server on the same watch(). Events
 * come so far apart that each has reached everybody before the next: what is measured is one event's way.
 */
const CROWDS = [
  { readers: 1, events: 100, apartMs: 20 },
  { readers: 100, events: 100, apartMs: 40 },
  { readers: 1_000, events: 100, apartMs: 150 },
  { readers: 5_000, events: 40, apartMs: 600 },
];
/** All readers here are one principal; a server that means to serve so many of one is told so. */
const LIMITS = { SWITCHBOARD_MAX_STREAMS_PER_PRINCIPAL: '6000', SWITCHBOARD_MAX_STREAMS: '10000' };
const BARS = { ratio: 1.3, kibAReader: 40, ratioFrom: 1_000, memoryFrom: 1_000 };
const WARM_UP = 5;
const LAST_WITHIN_MS = 60_000;

interface Sample {
  readers: number;
  ours: Crowd;
  bare: Crowd;
}
interface Crowd {
  p50: number;
  p99: number;
  refused: number;
  ended: number;
  /** What the server grew by, over the readers; after the events. */
  kibAReader: number;
}
interface Server {
  collection: Collection;
  url: string;
  token: string | null;
  pid: number;
}

export const fanOut: Row = {
  name: 'fan-out',
  title: 'From insert to the last of many readers',
  run: env => withRig(LIMITS, rig => measureAll(env, rig)),
};

async function measureAll(env: BenchEnv, { server, client }: Rig): Promise<RowResult> {
  const db = client.db(server.database);
  const samples: Sample[] = [];
  const ours: Server = {
    collection: db.collection('messages'),
    url: `${server.url}/api/events?types=message-created`,
    token: server.token,
    pid: server.pids.web,
  };
  for (let round = 0; round < env.rounds; round += 1) {
    for (const crowd of CROWDS) {
      // A bare server a crowd, as its memory is not given back either.
      const child = await startRole('bare-server', { uri: server.mongodbUri, database: server.database });
      const bare = {
        collection: db.collection('bare'),
        url: `${String(child.ready['url'])}/events`,
        token: null,
        pid: child.pid,
      };
      try {
        const sample = {
          readers: crowd.readers,
          bare: await measureCrowd(bare, crowd),
          ours: await measureCrowd(ours, crowd),
        };
        samples.push(sample);
        env.progress(
          `round ${round + 1}, ${crowd.readers} readers: ours p50 ${ms(sample.ours.p50)} p99 ${ms(sample.ours.p99)}, ` +
            `bare p50 ${ms(sample.bare.p50)} p99 ${ms(sample.bare.p99)}, ours ${sample.ours.kibAReader.toFixed(0)} KiB a reader`,
        );
      } finally {
        await child.stop();
      }
    }
  }
  return report(samples);
}

async function measureCrowd(server: Server, { readers, events, apartMs }: (typeof CROWDS)[number]): Promise<Crowd> {
  const before = residentKib(server.pid);
  const orders: CrowdOrders = { url: server.url, token: server.token, readers };
  const crowd = await startRole('crowd', orders);
  try {
    const latencies = await send(crowd, server.collection, { events: events + WARM_UP, apartMs });
    const kibAReader = (residentKib(server.pid) - before) / readers;
    const { ended } = await crowd.ask<{ ended: number }>({ ended: true });
    return { ...summarise(latencies.slice(WARM_UP)), refused: Number(crowd.ready['refused']), ended, kibAReader };
  } finally {
    await crowd.stop();
    // So many closed sockets are let go of before the next crowd comes.
    await sleep(500);
  }
}

async function send(
  crowd: BenchChild,
  collection: Collection,
  { events, apartMs }: { events: number; apartMs: number },
): Promise<number[]> {
  const sent = new Map<string, number>();
  const arrived = new Map<string, number>();
  crowd.onMessage(({ id, atMs }) => {
    if (typeof id === 'string') arrived.set(id, Number(atMs));
  });
  for (let n = 0; n < events; n += 1) {
    const _id = new ObjectId();
    sent.set(_id.toHexString(), nowMs());
    await collection.insertOne({ _id, assignedTo: null, body: 'x'.repeat(150) });
    await sleep(apartMs);
  }
  const deadlineMs = nowMs() + LAST_WITHIN_MS;
  while (arrived.size < sent.size) {
    if (nowMs() > deadlineMs) throw new Error(`${sent.size - arrived.size} of ${sent.size} did not reach every reader`);
    await sleep(20);
  }
  return [...sent].map(([id, atMs]) => arrived.get(id)! - atMs);
}

function report(samples: Sample[]): RowResult {
  const figures: Figure[] = [];
  const checks: Check[] = [];
  for (const { readers } of CROWDS) {
    const rows = samples.filter(sample => sample.readers === readers);
    const of = (pick: (sample: Sample) => number) => median(rows.map(pick));
    const ratios = {
      p50: of(({ ours, bare }) => ours.p50 / bare.p50),
      p99: of(({ ours, bare }) => ours.p99 / bare.p99),
    };
    const kib = of(({ ours }) => ours.kibAReader);
    figures.push({
      title: `${readers.toLocaleString('en')} ${readers === 1 ? 'reader' : 'readers'}`,
      cells: {
        'ours p50 / p99': `${ms(of(({ ours }) => ours.p50))} / ${ms(of(({ ours }) => ours.p99))}`,
        'bare node:http p50 / p99': `${ms(of(({ bare }) => bare.p50))} / ${ms(of(({ bare }) => bare.p99))}`,
        ratio: `${times(ratios.p50)} / ${times(ratios.p99)}`,
        'memory a reader, ours / bare':
          readers < BARS.memoryFrom ? '' : `${kib.toFixed(0)} / ${of(({ bare }) => bare.kibAReader).toFixed(0)} KiB`,
      },
    });
    const who = `${readers.toLocaleString('en')} readers`;
    if (readers >= BARS.ratioFrom) {
      for (const at of ['p50', 'p99'] as const) {
        const holds = ratios[at] <= BARS.ratio;
        checks.push({
          title: `${who}: last one's ${at} / bare`,
          got: times(ratios[at]),
          bar: `≤ ${BARS.ratio} ×`,
          holds,
        });
      }
    }
    if (readers >= BARS.memoryFrom) {
      const bar = `≤ ${BARS.kibAReader} KiB`;
      checks.push({
        title: `${who}: memory a reader`,
        got: `${kib.toFixed(0)} KiB`,
        bar,
        holds: kib <= BARS.kibAReader,
      });
    }
    const lost = rows.reduce((sum, { ours }) => sum + ours.refused + ours.ended, 0);
    checks.push({ title: `${who}: refused or ended`, got: String(lost), bar: '0', holds: lost === 0 });
  }
  return { figures, checks, notes: [], samples };
}
