import { runEvery, type Job } from '../jobs/run-every';
import type { Plane } from '../services/context';
import { sweepDispatches, sweepOrphans } from '../services/dispatches/sweep';
import { RawInsertSweep } from '../services/messages/adopt-raw-inserts';
import { SchemaKeeper } from '../services/health/keep-schema';
import { expireIdleSessions } from '../services/sessions/expire-idle-sessions';
import { reconcileAllHolds } from '../services/agent-types/reconcile-all-holds';
import { ConfigurationSweep } from '../services/agent-types/sweep';

/** Promised: what no wake-up reached is found within 2 s. */
const SWEEP_EVERY_MS = 1_000;
const ADOPT_EVERY_MS = 1_500;
const HOLDS_EVERY_MS = 5_000;
/** A session closes with its dispatch; one that no tool call ended is found by this. */
const ORPHANS_EVERY_MS = 15_000;
const SESSIONS_EVERY_MS = 5_000;
const CONFIGURATION_EVERY_MS = 30_000;

/** A dropped collection has lost its unique indexes, on which lanes and limits rest: soon. */
const SCHEMA_EVERY_MS = 2_000;

/** Jobs of a process that owns work; any number of processes may run them beside each other. */
export function startJobs(plane: Plane): { stop(): Promise<void> } {
  const raw = new RawInsertSweep(plane);
  const configuration = new ConfigurationSweep(plane);
  const schema = new SchemaKeeper(plane);
  const jobs: Job[] = [
    { name: 'sweep-dispatches', everyMs: SWEEP_EVERY_MS, run: () => sweepDispatches(plane) },
    { name: 'adopt-raw-inserts', everyMs: ADOPT_EVERY_MS, run: signal => raw.run(signal) },
    { name: 'sweep-orphans', everyMs: ORPHANS_EVERY_MS, run: () => sweepOrphans(plane) },
    { name: 'expire-idle-sessions', everyMs: SESSIONS_EVERY_MS, run: () => expireIdleSessions(plane) },
    { name: 'reconcile-holds', everyMs: HOLDS_EVERY_MS, run: () => reconcileAllHolds(plane) },
    { name: 'keep-schema', everyMs: SCHEMA_EVERY_MS, run: () => schema.run() },
    { name: 'sweep-configuration', everyMs: CONFIGURATION_EVERY_MS, run: () => configuration.run() },
  ];
  const running = jobs.map(job => runEvery(job, plane));
  return { stop: async () => void (await Promise.all(running.map(job => job.stop()))) };
}
