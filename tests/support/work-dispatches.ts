import { readFileSync } from 'node:fs';
import { completeDispatches } from '@/lib/services/dispatches/complete-many';
import { claimDispatches } from '@/lib/services/dispatches/claim/claim';
import { buildPlane } from '@/lib/server/build-plane';
import { createLogger } from '@/lib/telemetry/logger';
import { makeActor } from './actors';

/**
 * A process of its own that claims or completes on a test's database: to be killed at a seam, or to race another.
 * `complete URI DB FILE`: the items in FILE. `claim URI DB TYPE MAX`. Prints what came back as one line of JSON.
 */
const [verb, mongodbUri = '', database = '', what = '', max = '1'] = process.argv.slice(2);
const { plane, close } = await buildPlane({
  mongodbUri,
  database,
  adminToken: 'x'.repeat(32),
  processName: `test-${process.pid}`,
  log: createLogger({ name: 'test', level: 'silent' }),
});
const ctx = makeActor(plane, 'orchestrator');
const result =
  verb === 'complete'
    ? await completeDispatches(ctx, { items: JSON.parse(readFileSync(what, 'utf8')) })
    : await claimDispatches(ctx, { consumer: 'other', max: Number(max), waitMs: 0, agentTypes: [what] });
process.stdout.write(`${JSON.stringify(result)}\n`);
await close();
