import { startRole } from '../child';
import { median, type Sample } from '../clock';
import { CONTENDERS, measure, type Contender } from '../contenders';
import { WARM_LOAD, type Load } from '../load';
import { withRig } from '../rig';
import { ms, times, type BenchEnv, type Rig, type Row, type RowResult } from '../row';

/** From the call of insert to an event or a claim at a client process, at a steady rate, beside the least that could. */
const LOADS = [
  { ratePerSecond: 50, count: 200 },
  { ratePerSecond: 200, count: 800 },
];
const BARS: [Contender, Contender, { p50: number; p99: number }][] = [
  ['ourSse', 'bareSse', { p50: 1.3, p99: 1.6 }],
  ['ourClaim', 'bareClaim', { p50: 1.5, p99: 1.5 }],
];
const NAMES: Record<Contender, string> = {
  watch: 'raw watch(), in process',
  bareSse: 'bare watch() → SSE → client process',
  ourSse: 'insert → our SSE client',
  bareClaim: 'bare SSE + POST claim',
  ourClaim: 'insert → our claim with its bundle',
};

type Samples = Record<string, Record<Contender, Sample[]>>;

export const latency: Row = {
  name: 'latency',
  title: 'From insert to event, and to claim',
  run: env => withRig({}, rig => measureAll(env, rig)),
};

async function measureAll(env: BenchEnv, rig: Rig): Promise<RowResult> {
  const { client, server } = rig;
  const bare = await startRole('bare-server', { uri: server.mongodbUri, database: server.database });
  const samples: Samples = {};
  const run = (contender: Contender, load: Load) =>
    measure({ client, database: server.database, server, bare }, contender, load);
  try {
    for (const contender of CONTENDERS) await run(contender, WARM_LOAD);
    for (let round = 0; round < env.rounds; round += 1) {
      for (const load of LOADS) {
        const key = `${load.ratePerSecond}/s`;
        samples[key] ??= Object.fromEntries(CONTENDERS.map(name => [name, []])) as unknown as Samples[string];
        for (const contender of CONTENDERS) {
          const sample = await run(contender, load);
          samples[key][contender].push(sample);
          env.progress(`round ${round + 1} ${key} ${NAMES[contender]}: p50 ${ms(sample.p50)} p99 ${ms(sample.p99)}`);
        }
      }
    }
  } finally {
    await bare.stop();
  }
  return report(samples);
}

function report(samples: Samples): RowResult {
  const loads = Object.entries(samples);
  const figures = loads.flatMap(([load, of]) =>
    CONTENDERS.map(name => ({
      title: `${load}: ${NAMES[name]}`,
      cells: {
        p50: ms(median(of[name].map(({ p50 }) => p50))),
        p99: ms(median(of[name].map(({ p99 }) => p99))),
        samples: String(of[name].reduce((sum, { count }) => sum + count, 0)),
      },
    })),
  );
  const checks = loads.flatMap(([load, of]) =>
    BARS.flatMap(([ours, bare, bars]) =>
      (['p50', 'p99'] as const).map(at => {
        const ratio = median(of[ours].map((sample, round) => sample[at] / of[bare][round]![at]));
        return {
          title: `${load}: ${NAMES[ours]} / ${NAMES[bare]}, ${at}`,
          got: times(ratio),
          bar: `≤ ${bars[at]} ×`,
          holds: ratio <= bars[at],
        };
      }),
    ),
  );
  return { figures, checks, notes: [], samples };
}
