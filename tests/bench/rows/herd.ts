import { median, type Sample } from '../clock';
import { measureOrchestrators, type Claimers } from '../contenders';
import { WARM_LOAD } from '../load';
import { withRig } from '../rig';
import { ms, times, type BenchEnv, type Rig, type Row, type RowResult } from '../row';

/**
 * From insert to claim, with one orchestrator and with eight that all hear of every message: those that claim each by its
 * id, and those that claim what fits whenever events ring, as ours do.
 */
const LOADS = [
  { ratePerSecond: 50, count: 200 },
  { ratePerSecond: 200, count: 800 },
];
const KINDS = ['by-id', 'by-rank'] as const;
const ORCHESTRATORS = [1, 8];
const BAR = 2;
const WORDS: Record<(typeof KINDS)[number], string> = { 'by-id': 'by id', 'by-rank': 'by rank' };

type Samples = Record<string, Sample[]>;
interface Case extends Claimers {
  kind: (typeof KINDS)[number];
  ratePerSecond: number;
}
const keyOf = ({ ratePerSecond, kind, orchestrators }: Case) =>
  `${ratePerSecond}/s ${WORDS[kind]}, ${orchestrators} ${orchestrators === 1 ? 'orchestrator' : 'orchestrators'}`;

export const herd: Row = {
  name: 'herd',
  title: 'From insert to claim, with one orchestrator and with eight',
  run: env => withRig({}, rig => measureAll(env, rig)),
};

async function measureAll(env: BenchEnv, { server, client }: Rig): Promise<RowResult> {
  const messages = client.db(server.database).collection('messages');
  const samples: Samples = {};
  const claimers = KINDS.flatMap(kind => ORCHESTRATORS.map(orchestrators => ({ kind, orchestrators })));
  for (const each of claimers) await measureOrchestrators(server, messages, WARM_LOAD, each);
  for (let round = 0; round < env.rounds; round += 1) {
    for (const load of LOADS) {
      for (const each of claimers) {
        const key = keyOf({ ...load, ...each });
        const sample = await measureOrchestrators(server, messages, load, each);
        (samples[key] ??= []).push(sample);
        env.progress(`round ${round + 1} ${key}: p50 ${ms(sample.p50)} p99 ${ms(sample.p99)}`);
      }
    }
  }
  return report(samples);
}

function report(samples: Samples): RowResult {
  const figures = Object.entries(samples).map(([key, of]) => ({
    title: key,
    cells: { p50: ms(median(of.map(({ p50 }) => p50))), p99: ms(median(of.map(({ p99 }) => p99))) },
  }));
  const cases = LOADS.flatMap(({ ratePerSecond }) => KINDS.map(kind => ({ ratePerSecond, kind })));
  const checks = cases.map(each => {
    const one = samples[keyOf({ ...each, orchestrators: 1 })]!;
    const eight = samples[keyOf({ ...each, orchestrators: 8 })]!;
    const ratio = median(eight.map(({ p99 }, round) => p99 / one[round]!.p99));
    const title = `${each.ratePerSecond}/s ${WORDS[each.kind]}: claim p99 with 8 / with 1`;
    return { title, got: times(ratio), bar: `≤ ${BAR} ×`, holds: ratio <= BAR };
  });
  return { figures, checks, notes: [], samples };
}
