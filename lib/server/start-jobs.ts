import { runEvery, type Job } from '../jobs/run-every';
import type { Plane } from '../services/context';
import { remindOfQuestions } from '../services/dispatches/questions/remind-of-questions';
import { AnswerSweep } from '../services/dispatches/settle/sweep-answers';
import { sweepDeadlines } from '../services/dispatches/questions/sweep-deadlines';
import { DeletedQuestionSweep } from '../services/dispatches/questions/sweep-deleted';
import { tellHolds } from '../services/dispatches/questions/tell-holds';
import { sweepUnanswerable } from '../services/dispatches/questions/sweep-unanswerable';
import { sweepDispatches, sweepOrphans } from '../services/dispatches/sweep';
import { sweepStranded } from '../services/dispatches/sweep-stranded';
import { RawInsertSweep } from '../services/messages/adoption/adopt-raw-inserts';
import { MalformedSweep } from '../services/health/sweep-malformed';
import { SchemaKeeper } from '../services/health/keep-schema';
import { RunSweep } from '../services/runs/sweep-runs';
import { expireIdleSessions } from '../services/sessions/expire-idle-sessions';
import { cleanUpAll } from '../services/maintenance/clean-up';
import { sweepPending } from '../services/tasks/sweep-pending';
import { sweepMoved } from '../services/threads/sweep-moved';
import { reconcileAllHolds } from '../services/agent-types/reconcile-all-holds';
import { ConfigurationSweep } from '../services/agent-types/sweep';

/** Promised: what no wake-up reached is found within 2 s. */
const SWEEP_EVERY_MS = 1_000;
/** All of a run is followed as it happens; this is for what a crash cut off. */
const RUNS_EVERY_MS = 2_000;
const ADOPT_EVERY_MS = 1_500;
const HOLDS_EVERY_MS = 5_000;
const ORPHANS_EVERY_MS = 15_000;
/** A session closes with its dispatch; where no tool call of its own ended that, by this. */
const SESSIONS_EVERY_MS = 2_000;
const CONFIGURATION_EVERY_MS = 30_000;
/**
 * Nothing waits for it. Not at once: after a plane that was away for a week its consumers look unseen, and they need a
 * moment to come back.
 */
const CLEAN_UP_EVERY_MS = 600_000;

/** A dropped collection has lost its unique indexes, on which lanes and limits rest: soon. */
const SCHEMA_EVERY_MS = 2_000;

/** Jobs of a process that owns work; any number of processes may run them beside each other. */
export function startJobs(plane: Plane): { stop(): Promise<void> } {
  const raw = new RawInsertSweep(plane);
  const answers = new AnswerSweep(plane);
  const deleted = new DeletedQuestionSweep(plane);
  const malformed = new MalformedSweep(plane);
  const runs = new RunSweep(plane);
  const configuration = new ConfigurationSweep(plane);
  const schema = new SchemaKeeper(plane);
  const jobs: Job[] = [
    { name: 'sweep-dispatches', everyMs: SWEEP_EVERY_MS, run: signal => sweepDispatches(plane, signal) },
    { name: 'adopt-raw-inserts', everyMs: ADOPT_EVERY_MS, run: signal => raw.run(signal) },
    { name: 'sweep-deadlines', everyMs: SWEEP_EVERY_MS, run: () => sweepDeadlines(plane) },
    { name: 'sweep-answers', everyMs: SWEEP_EVERY_MS, run: () => answers.run() },
    { name: 'remind-of-questions', everyMs: SWEEP_EVERY_MS, run: () => remindOfQuestions(plane) },
    { name: 'sweep-stranded', everyMs: HOLDS_EVERY_MS, run: () => sweepStranded(plane) },
    { name: 'sweep-unanswerable', everyMs: HOLDS_EVERY_MS, run: () => sweepUnanswerable(plane) },
    { name: 'tell-holds', everyMs: HOLDS_EVERY_MS, run: () => tellHolds(plane) },
    { name: 'sweep-deleted-questions', everyMs: ORPHANS_EVERY_MS, run: () => deleted.run() },
    { name: 'sweep-runs', everyMs: RUNS_EVERY_MS, run: () => runs.run() },
    { name: 'sweep-orphans', everyMs: ORPHANS_EVERY_MS, run: () => sweepOrphans(plane) },
    { name: 'sweep-pending', everyMs: ORPHANS_EVERY_MS, run: () => sweepPending(plane) },
    { name: 'sweep-malformed', everyMs: ORPHANS_EVERY_MS, run: () => malformed.run() },
    { name: 'sweep-moved', everyMs: ORPHANS_EVERY_MS, run: () => sweepMoved(plane) },
    { name: 'expire-idle-sessions', everyMs: SESSIONS_EVERY_MS, run: () => expireIdleSessions(plane) },
    { name: 'reconcile-holds', everyMs: HOLDS_EVERY_MS, run: () => reconcileAllHolds(plane) },
    { name: 'keep-schema', everyMs: SCHEMA_EVERY_MS, run: () => schema.run() },
    { name: 'sweep-configuration', everyMs: CONFIGURATION_EVERY_MS, run: () => configuration.run() },
    {
      name: 'clean-up',
      everyMs: CLEAN_UP_EVERY_MS,
      firstAfterMs: CLEAN_UP_EVERY_MS,
      run: signal => cleanUpAll(plane, signal),
    },
  ];
  const running = jobs.map(job => runEvery(job, plane));
  return { stop: async () => void (await Promise.all(running.map(job => job.stop()))) };
}
