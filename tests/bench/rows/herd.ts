import { median, type Sample } from '../clock';
import { measureOrchestrators } from '../contenders';
import { WARM_LOAD } from '../load';
import { withRig } from '../rig';
import { ms, times, type BenchEnv, type Rig, type Row, type RowResult } from '../row';

/** From insert to claim, with one orchestrator and with eight that all come for every message. */
const LOADS = [
  { ratePerSecond: 50, count: 200 },
  { ratePerSecond: 200, count: 800 },
];
const ORCHESTRATORS = [1, 8];
const BAR = 2;

type Samples = Record<string, Sample[]>;
const keyOf = (ratePerSecond: number, orchestrators: number) => `${ratePerSecond}/s, ${orchestrators}`;

export const herd: Row = {
  name: 'herd',
  title: 'From insert to claim, with one orchestrator and with eight',
  run: env => withRig({}, rig => measureAll(env, rig)),
};

async function measureAll(env: BenchEnv, { server, client }: Rig): Promise<RowResult> {
  const messages = client.db(server.database).collection('messages');
  const samples: Samples = {};
  for (const orchestrators of ORCHESTRATORS) await measureOrchestrators(server, messages, WARM_LOAD, orchestrators);
  for (let round = 0; round < env.rounds; round += 1) {
    for (const load of LOADS) {
      for (const orchestrators of ORCHESTRATORS) {
        const key = keyOf(load.ratePerSecond, orchestrators);
        const sample = await measureOrchestrators(server, messages, load, orchestrators);
        (samples[key] ??= []).push(sample);
        env.progress(`round ${round + 1} ${key}: p50 ${ms(sample.p50)} p99 ${ms(sample.p99)}`);
      }
    }
  }
  return report(samples);
}

function report(samples: Samples): RowResult {
  const figures = Object.entries(samples).map(([key, of]) => ({
    title: `${key} ${key.endsWith(' 1') ? 'orchestrator' : 'orchestrators'}`,
    cells: { p50: ms(median(of.map(({ p50 }) => p50))), p99: ms(median(of.map(({ p99 }) => p99))) },
  }));
  const checks = LOADS.map(({ ratePerSecond }) => {
    const one = samples[keyOf(ratePerSecond, 1)]!;
    const ratio = median(samples[keyOf(ratePerSecond, 8)]!.map(({ p99 }, round) => p99 / one[round]!.p99));
    const title = `${ratePerSecond}/s: claim p99 with 8 / with 1`;
    return { title, got: times(ratio), bar: `≤ ${BAR} ×`, holds: ratio <= BAR };
  });
  return { figures, checks, notes: [], samples };
}
