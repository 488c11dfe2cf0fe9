import { median } from '../clock';
import {
  BARE,
  BARER,
  drainBare,
  drainBullmq,
  drainOurs,
  fill,
  fillLanes,
  takeSamples,
  type Drain,
  type OurDrain,
} from '../backlog-rig';
import { startRedis, type Redis } from '../redis';
import { withRig } from '../rig';
import {
  ms,
  percent,
  perSecond,
  type BenchEnv,
  type Check,
  type Figure,
  type Rig,
  type Row,
  type RowResult,
} from '../row';

/**
 * A backlog of 20,000 messages in 20,000 threads, taken up before the clock starts, claimed and completed a hundred at
 * a time; beside it the bare writes that a claim and a completion need (bare-drainer.ts), in the same run, and the same
 * number of jobs in BullMQ where there is a redis-server. Then a smaller one in long threads, for their order.
 */
const COUNT = 20_000;
const CLIENTS = [1, 8];
const LANES = { lanes: 100, length: 10 };
const BAR = { share: 0.6, lostShare: 0.01 };
const NO_REDIS = 'redis-server not installed';

interface Sample extends OurDrain {
  clients: number;
  bare: Drain;
  barer: Drain;
  bullmq: Drain | null;
}

export const backlog: Row = {
  name: 'backlog',
  title: `A backlog of ${COUNT.toLocaleString('en')} in as many threads, by batch claim and batch complete`,
  run: async env => {
    const redis = await startRedis();
    try {
      return await withRig({}, rig => drainAll(env, rig, redis));
    } finally {
      await redis?.stop();
    }
  },
};

async function drainAll(env: BenchEnv, rig: Rig, redis: Redis | null): Promise<RowResult> {
  const count = env.count ?? COUNT;
  const samples: Sample[] = [];
  const lanes: OurDrain[] = [];
  for (let round = 0; round < env.rounds; round += 1) {
    for (const clients of CLIENTS) {
      await fill(rig, count);
      if (samples.length === 0) await takeSamples(rig);
      const bare = await drainBare(rig, BARE, clients);
      const barer = await drainBare(rig, BARER, clients);
      const bullmq = redis ? await drainBullmq(redis, clients, count) : null;
      const ours = await drainOurs(rig, clients);
      samples.push({ ...ours, clients, bare, barer, bullmq });
      env.progress(`round ${round + 1}, ${clients} clients: ${textOf(samples.at(-1)!)}`);
    }
    await fillLanes(rig, LANES.lanes, LANES.length);
    lanes.push(await drainOurs(rig, 8));
  }
  return report(samples, lanes);
}

const cpuText = ({ cpuUs }: Drain): string =>
  Object.entries(cpuUs)
    .map(([name, us]) => `${name} ${us}`)
    .join(', ');

const textOf = ({ ours, bare, barer, bullmq, lostShare, claimMs, completeMs }: Sample): string =>
  [
    `ours ${perSecond(ours.rate)}, bare ${perSecond(bare.rate)}, no indexes ${perSecond(barer.rate)}`,
    `BullMQ ${bullmq ? perSecond(bullmq.rate) : NO_REDIS}`,
    `lost ${percent(lostShare)}, claim p50 ${ms(claimMs.p50)}, complete p50 ${ms(completeMs.p50)}`,
    `us of CPU an item: ours ${cpuText(ours)}; bare ${cpuText(bare)}`,
  ].join('; ');

function report(samples: Sample[], lanes: OurDrain[]): RowResult {
  const figures: Figure[] = [];
  const checks: Check[] = [];
  for (const clients of CLIENTS) {
    const rows = samples.filter(sample => sample.clients === clients);
    const who = `${clients} ${clients === 1 ? 'orchestrator' : 'orchestrators'}`;
    figures.push({ title: who, cells: cellsOf(rows) });
    const share = median(rows.map(({ ours, bare }) => ours.rate / bare.rate));
    const lost = Math.max(...rows.map(({ lostShare }) => lostShare));
    checks.push(
      check(`${who}: share of the bare rate`, percent(share), `≥ ${percent(BAR.share)}`, share >= BAR.share),
      check(`${who}: lost races`, percent(lost), `< ${percent(BAR.lostShare)}`, lost < BAR.lostShare),
    );
  }
  const doubles = [...samples, ...lanes].reduce((sum, sample) => sum + sample.doubles, 0);
  const unordered = lanes.reduce((sum, sample) => sum + sample.unordered, 0);
  const threads = `${LANES.lanes} threads of ${LANES.length}`;
  checks.push(
    check('claimed or answered twice', String(doubles), '0', doubles === 0),
    check(`${threads}, 8 orchestrators: out of order`, String(unordered), '0', unordered === 0),
  );
  return { figures, checks, notes: [], samples: { backlog: samples, lanes } };
}

const check = (title: string, got: string, bar: string, holds: boolean): Check => ({ title, got, bar, holds });

function cellsOf(rows: Sample[]): Figure['cells'] {
  const of = (pick: (sample: Sample) => number) => median(rows.map(pick));
  const hasBullmq = rows.every(({ bullmq }) => bullmq !== null);
  const cpu = (pick: (sample: Sample) => Drain): string =>
    Object.keys(pick(rows[0]!).cpuUs)
      .map(name => `${name} ${Math.round(of(sample => pick(sample).cpuUs[name]!))}`)
      .join(', ');
  return {
    'claimed and completed': perSecond(of(({ ours }) => ours.rate)),
    'bare writes': perSecond(of(({ bare }) => bare.rate)),
    'of the bare': percent(of(({ ours, bare }) => ours.rate / bare.rate)),
    'bare, no indexes': perSecond(of(({ barer }) => barer.rate)),
    BullMQ: hasBullmq ? perSecond(of(({ bullmq }) => bullmq!.rate)) : NO_REDIS,
    'claim p50 / p99': `${ms(of(({ claimMs }) => claimMs.p50))} / ${ms(of(({ claimMs }) => claimMs.p99))}`,
    'complete p50 / p99': `${ms(of(({ completeMs }) => completeMs.p50))} / ${ms(of(({ completeMs }) => completeMs.p99))}`,
    'µs of CPU an item, ours': cpu(({ ours }) => ours),
    'µs of CPU an item, bare': cpu(({ bare }) => bare),
  };
}
