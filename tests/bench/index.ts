import { runBullmqDrainer, type BullmqOrders } from './bullmq-drainer';
import { runBareDrainer, type BareOrders } from './bare-drainer';
import { runBareServer } from './bare-server';
import { runCrowd, type CrowdOrders } from './crowd';
import { runDrainer, type DrainerOrders } from './drainer';
import { readOptions } from './options';
import { runReader, type ReaderOrders } from './reader-process';
import { machineNow, markdownOf, writeDocument, writeJson, type Ran } from './report';
import type { Row } from './row';
import { backlog } from './rows/backlog';
import { fanOut } from './rows/fan-out';
import { herd } from './rows/herd';
import { latency } from './rows/latency';
import { wake } from './rows/wake';

/**
 * `npm run bench`: within a row every contender once, then all again, three times over; medians, and ratios within the
 * run. The machine drifts, so a number stands only beside the one it is compared with.
 */
const ROWS: Row[] = [latency, herd, wake, fanOut, backlog];

/** What this same bundle does in a process of its own. */
const ROLES: Record<string, (orders: never, say: (message: object) => void) => Promise<void>> = {
  reader: (orders: ReaderOrders, say) => runReader(orders, say),
  'bare-server': ({ uri, database }: { uri: string; database: string }, say) => runBareServer(uri, database, say),
  crowd: (orders: CrowdOrders, say) => runCrowd(orders, say),
  drainer: (orders: DrainerOrders, say) => runDrainer(orders, say),
  'bullmq-drainer': (orders: BullmqOrders, say) => runBullmqDrainer(orders, say),
  'bare-drainer': (orders: BareOrders, say) => runBareDrainer(orders, say),
};

async function main(args: string[]): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const options = readOptions(
    args,
    ROWS.map(({ name }) => name),
  );
  const env = { ...options, progress: (line: string) => void process.stderr.write(`${line}\n`) };
  const rows: Ran[] = [];
  for (const { name, title, run } of ROWS) {
    if (options.only && !options.only.includes(name)) continue;
    env.progress(`\n${title}`);
    const result = await run(env).catch((error: unknown) => {
      // One row that could not be measured must not cost the others.
      process.stderr.write(`${name} was not measured: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
      return null;
    });
    if (result === null) continue;
    const ran = { name, title, rounds: options.rounds, machine: machineNow(), ...result };
    rows.push(ran);
    process.stdout.write(`\n${markdownOf(ran)}\n\n`);
  }
  writeJson(options.json, rows);
  if (options.doc) writeDocument(options.doc, rows);
}

const [flag, role = '', orders = '{}'] = process.argv.slice(2);
if (flag === '--role') await ROLES[role]!(JSON.parse(orders) as never, message => void process.send?.(message));
else await main(process.argv.slice(2));
