import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../faults/rig/scenario';
import { shortForm } from '../faults/scenarios/short';
import { testMongodPath } from '../support/mongo';

/** The short form of `npm run test:faults`, always with the same seed: the long one tries others. */
const SEED = 7;
const TIMEOUT_MS = 240_000;

describe('a replica set that is broken under load', () => {
  it(
    'loses nothing, doubles nothing, and keeps the order',
    async () => {
      const keepIn = resolve('node_modules/.cache/switchboard-tests/faults');
      const verdict = await runScenario(shortForm, { mongodPath: testMongodPath(), seed: SEED, keepIn });
      // How soon events flow again is measured by the long form, beside nothing else.
      const broken = verdict.broken.filter(line => !/ is \d+, outside /.test(line));
      expect(broken, JSON.stringify(verdict.figures)).toEqual([]);
      expect(verdict.figures['accepted']).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );
});
