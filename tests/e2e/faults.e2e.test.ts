import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScenario, type Scenario } from '../faults/rig/scenario';
import { freezeOrchestrator } from '../faults/scenarios/freeze-orchestrator';
import { frozenPrimaryShort } from '../faults/scenarios/frozen-primary';
import { killPrimary } from '../faults/scenarios/kill-primary';
import { testMongodPath } from '../support/mongo';

/** The short form of `npm run test:faults`: a few of its scenarios, one seed each, and the same invariants. */

const WITHIN_MS = 150_000;
const SEED = 7;
let keepIn: string;
beforeAll(() => {
  keepIn = mkdtempSync(join(tmpdir(), 'switchboard-faults-short-'));
});
afterAll(() => rmSync(keepIn, { recursive: true, force: true }));

const short: readonly Scenario[] = [killPrimary, frozenPrimaryShort, freezeOrchestrator];

describe('nothing is lost or doubled when', () => {
  it.each(short.map(scenario => [scenario.title, scenario] as const))(
    '%s',
    async (_title, scenario) => {
      const { broken } = await runScenario(scenario, { mongodPath: testMongodPath(), seed: SEED, keepIn });
      // A bar of time is measured by the long form, beside nothing else; here only what must always hold.
      expect(broken.filter(line => !/ is \d+, outside /.test(line))).toEqual([]);
    },
    WITHIN_MS,
  );
});
