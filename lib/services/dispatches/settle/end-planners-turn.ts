import { ControlPlaneError } from '../../../domain/errors';
import type { Usage } from '../../../domain/fields';
import { TO_NEWS } from '../../../domain/run/schema';
import { list, nameOf, openTasks } from '../../../domain/run/standing';
import { WRITABLE } from '../../../store/dispatch-fence';
import { parkDispatch } from '../../../store/dispatch-questions';
import { endDispatch } from '../../../store/dispatches';
import { findDispatch } from '../../../store/dispatches-read';
import type { DispatchDocument, ObjectId } from '../../../store/documents';
import { newId } from '../../../store/ids';
import { findUnreadNews } from '../../../store/news';
import { planTaskIdOf } from '../../../store/runs';
import { crashPoint } from '../../../telemetry/crash-point';
import { countRefused } from '../../budgets/count-usage';
import type { Context } from '../../context';
import { closeRun } from '../../runs/close-run';
import { readRunTasks, type JudgedTask } from '../../runs/run-tasks';
import { settleDispatch } from './settle';

interface Turn {
  epoch: number;
  output: string;
  usage: Usage | undefined;
  extra: object;
  /** It said that this is the result; else it only stopped talking. */
  isExplicit: boolean;
}

/**
 * A planner that stops talking while anything of its run is open, or while it was not told of all, ends its turn and
 * not its work: it waits for news. Null: no planner's, or not one that runs under this epoch.
 */
export async function endPlannersTurn(ctx: Context, id: ObjectId, turn: Turn): Promise<DispatchDocument | null> {
  const { plane, principal } = ctx;
  const row = await findDispatch(plane.collections, principal.tenantId, id);
  if (row?.run?.tier !== 'orchestrator' || row.epoch !== turn.epoch) return null;
  if (row.status === 'waiting' && row.question?.to === TO_NEWS) {
    if (turn.usage) await countRefused(plane, row, turn.epoch, turn.usage);
    if (!row.settled) await settleDispatch(plane, row);
    return row;
  }
  if (!WRITABLE.includes(row.status)) return null;
  const isParked = row.status === 'running' && (await mustWait(ctx, row, row.run.id, turn.isExplicit));
  const ended = isParked ? await park(ctx, row, turn) : await end(ctx, row, turn);
  if (!ended) return null;
  crashPoint(isParked ? 'turn:after-park' : 'complete:after-outcome');
  await settleDispatch(plane, ended);
  if (!isParked) await closeRun(plane, principal.tenantId, row.run.id);
  return ended;
}

async function mustWait(
  { plane }: Context,
  { tenantId }: DispatchDocument,
  runId: ObjectId,
  isExplicit: boolean,
): Promise<boolean> {
  const { work } = await readRunTasks(plane, { _id: runId, tenantId, planTaskId: planTaskIdOf(runId) });
  const open = openTasks(work);
  if (open.length > 0 && isExplicit) throw stillOpen(open);
  if (open.length > 0 || isExplicit) return open.length > 0;
  return (await findUnreadNews(plane.collections, runId, 1)).length > 0;
}

const stillOpen = (open: readonly JudgedTask[]): ControlPlaneError =>
  new ControlPlaneError(
    'conflict',
    `The run is not over: ${list(open.map(task => `${nameOf(task)} is ${task.status}`))}. ` +
      'End your turn without a result; you are resumed when a task ends, blocks or asks.',
    { details: { open: open.map(({ id, key, status }) => ({ taskId: id, key, status })) } },
  );

/** As `ask` does, but of nobody: the first news is the answer. What was said so far becomes a message of the run. */
const park = ({ plane }: Context, row: DispatchDocument, { epoch, output, usage }: Turn) =>
  parkDispatch(
    plane.collections,
    row.tenantId,
    row._id,
    epoch,
    {
      id: newId(),
      to: TO_NEWS,
      body: output,
      options: null,
      default: null,
      deadline: null,
      answerId: null,
      answeredAt: null,
      offeredUntil: null,
    },
    usage,
  );

const end = ({ plane }: Context, row: DispatchDocument, { epoch, output, usage, extra }: Turn) =>
  endDispatch(plane.collections, row.tenantId, row._id, epoch, {
    status: 'done',
    output,
    usage,
    isPlanners: true,
    set: { ...extra },
  });
