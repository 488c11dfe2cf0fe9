import { ControlPlaneError } from '../../domain/errors';
import type { RunTier } from '../../domain/tier';
import type { DispatchDocument, ObjectId } from '../../store/documents';

/** Who may do what inside a run. Every refusal names what to do instead, for a model acts on its words. */

const violation = (message: string): ControlPlaneError => new ControlPlaneError('topology-violation', message);

const WORKERS_WAY =
  '`ask` without `to` reaches the run’s orchestrator; name in the text the colleague who would know. ' +
  'Where you cannot go on, `raise_blocker`';

/** A worker of a run talks to its orchestrator and to people, not to other agents. */
export function refuseBesideRun(dispatch: Pick<DispatchDocument, 'run'> | null, to: string): void {
  if (dispatch?.run?.tier !== 'worker') return;
  throw violation(`A worker inside a run does not address '${to}'. ${WORKERS_WAY}.`);
}

const INSTEAD: Record<RunTier | 'none', string> = {
  orchestrator: 'You plan a run already: cut the work into it with `plan_tasks`, or `ask` a person to open another',
  worker: `Do your task. ${WORKERS_WAY}`,
  none: 'Only people and controllers open runs: answer with the plan you propose, or `ask` a person to open one',
};

/** No dispatch opens a run, wherever it stands. */
export function refuseOpening(dispatch: Pick<DispatchDocument, 'run'> | null): void {
  if (dispatch === null) return;
  throw violation(`An agent at work does not open runs. ${INSTEAD[dispatch.run?.tier ?? 'none']}.`);
}

/** The run that this dispatch plans. */
export function requirePlanner(dispatch: Pick<DispatchDocument, 'run'>, verb: string): ObjectId {
  const { run } = dispatch;
  if (run?.tier === 'orchestrator') return run.id;
  throw violation(
    run
      ? `Only the run’s orchestrator may ${verb}. ${INSTEAD.worker}.`
      : `Only the planner of a run may ${verb}; this work is in no run. Use \`send_message\` to give work to an agent type.`,
  );
}
