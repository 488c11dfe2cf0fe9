import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { MongoClient } from 'mongodb';
import { runBareServer } from './bare-server';
import { startRole } from './child';
import { median, type Sample } from './clock';
import { CONTENDERS, measure, type Contender } from './contenders';
import { runReader, type ReaderOrders } from './reader-process';
import { startServer } from './server';

/**
 * `npm run bench`: every contender once, then all again, three times over; medians, and ratios within the run. The
 * machine drifts, so a number stands only beside the one it is compared with.
 */
const ROUNDS = 3;
const LOADS = [
  { ratePerSecond: 50, count: 200 },
  { ratePerSecond: 200, count: 800 },
];
const RATIOS: [Contender, Contender, { p50: number; p99: number }][] = [
  ['ourSse', 'bareSse', { p50: 1.5, p99: 2 }],
  ['ourClaim', 'bareClaim', { p50: 2, p99: 2 }],
];
const NAMES: Record<Contender, string> = {
  watch: 'raw watch(), in process',
  bareSse: 'bare watch() → SSE → client process',
  ourSse: 'insert → our SSE client',
  bareClaim: 'bare SSE + POST claim',
  ourClaim: 'insert → our claim with its bundle',
};

async function main(): Promise<void> {
  const server = await startServer();
  const client = await new MongoClient(server.mongodbUri, { writeConcern: { w: 'majority' } }).connect();
  const bare = await startRole('bare-server', { uri: server.mongodbUri, database: server.database });
  const rig = { client, database: server.database, server, bare };
  const results: Record<string, Record<Contender, Sample[]>> = {};
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const load of LOADS) {
        const key = `${load.ratePerSecond}/s`;
        results[key] ??= Object.fromEntries(CONTENDERS.map(name => [name, [] as Sample[]])) as Record<
          Contender,
          Sample[]
        >;
        for (const contender of CONTENDERS) {
          const sample = await measure(rig, contender, load);
          results[key][contender].push(sample);
          process.stderr.write(
            `round ${round + 1} ${key} ${NAMES[contender]}: p50 ${ms(sample.p50)} p99 ${ms(sample.p99)}\n`,
          );
        }
      }
    }
  } finally {
    await bare.stop();
    await client.close();
    await server.stop();
  }
  report(results);
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

function report(results: Record<string, Record<Contender, Sample[]>>): void {
  const summary = Object.entries(results).map(([load, samples]) => ({
    load,
    rows: CONTENDERS.map(name => ({
      name,
      title: NAMES[name],
      p50: median(samples[name].map(({ p50 }) => p50)),
      p99: median(samples[name].map(({ p99 }) => p99)),
      count: samples[name].reduce((sum, { count }) => sum + count, 0),
    })),
    ratios: RATIOS.map(([ours, bare, goal]) => ({
      ours,
      bare,
      p50: median(samples[ours].map((sample, at) => sample.p50 / samples[bare][at]!.p50)),
      p99: median(samples[ours].map((sample, at) => sample.p99 / samples[bare][at]!.p99)),
      goal,
    })),
  }));
  for (const { load, rows, ratios } of summary) {
    process.stdout.write(`\n${load}, medians of ${ROUNDS} rounds\n`);
    for (const row of rows) {
      process.stdout.write(
        `  ${row.title.padEnd(38)} p50 ${ms(row.p50).padStart(10)}   p99 ${ms(row.p99).padStart(10)}   n ${row.count}\n`,
      );
    }
    for (const { ours, bare, p50, p99, goal } of ratios) {
      const held = p50 <= goal.p50 && p99 <= goal.p99 ? 'holds' : 'MISSED';
      process.stdout.write(
        `  ${NAMES[ours]} / ${NAMES[bare]}: p50 ${p50.toFixed(2)} × (≤ ${goal.p50}), p99 ${p99.toFixed(2)} × (≤ ${goal.p99}) ${held}\n`,
      );
    }
  }
  mkdirSync('dist', { recursive: true });
  const machine = { cores: cpus().length, node: process.version, at: new Date().toISOString() };
  writeFileSync('dist/bench.json', `${JSON.stringify({ machine, rounds: ROUNDS, summary }, null, 2)}\n`);
  process.stdout.write('\nWritten to dist/bench.json\n');
}

const say = (message: object): void => void process.send?.(message);
const [flag, role, orders] = process.argv.slice(2);
if (flag === '--role') {
  const given = JSON.parse(orders ?? '{}') as unknown;
  if (role === 'reader') await runReader(given as ReaderOrders, say);
  else {
    const { uri, database } = given as { uri: string; database: string };
    await runBareServer(uri, database, say);
  }
} else {
  await main();
}
