import { list, nameOf, openTasks } from '../../domain/run/standing';
import { isTaskOver } from '../../domain/task/schema';
import type { ObjectId, RunDocument } from '../../store/documents';
import { derivedId } from '../../store/ids';
import { markTold } from '../../store/runs';
import type { Plane } from '../context';
import { appendMessage } from '../messages/append-message';
import type { JudgedTask, RunTasks } from './run-tasks';

/**
 * Tells a run's planner what ended, in the run's thread, each once: the message's id follows from what it says. Words
 * of workers are not in it, for it is the plane that speaks; their questions and blockers are messages of their own.
 */
export async function tellNews(plane: Plane, run: RunDocument, { plan, work }: RunTasks): Promise<void> {
  const ended = work.filter(({ status }) => isTaskOver(status));
  for (const task of ended) {
    const stamp = stampOf(task);
    if (task.row.told === stamp) continue;
    await tell(plane, run, derivedId(run._id, 'news', task.id, stamp), endedText(task, work));
    await markTold(plane.collections, task.row._id, stamp);
  }
  const isOver = work.length > 0 && openTasks(work).length === 0 && plan !== null && !isTaskOver(plan.status);
  if (isOver) await tell(plane, run, derivedId(run._id, 'over', ...work.map(stampedId).toSorted()), overText(work));
}

const stampOf = ({ row }: JudgedTask): string => `${row.status}:${row.epoch}`;
const stampedId = (task: JudgedTask): string => `${task.id}:${stampOf(task)}`;

/** Another process may tell the same at the same time: the one that stands is the one. */
const tell = (plane: Plane, run: RunDocument, id: ObjectId, body: string) =>
  appendMessage(plane, {
    id,
    tenantId: run.tenantId,
    threadId: run.threadId,
    from: { kind: 'system', id: 'switchboard' },
    assignedTo: null,
    priority: 'normal',
    kind: 'system',
    body,
    newsFor: run._id,
    createdBy: 'switchboard',
  });

const NEXT: Partial<Record<JudgedTask['status'], string>> = {
  done: 'Its output and deliverables: `get_task`.',
  incomplete: 'What it handed in: `get_task`.',
  dead: 'It is parked after its last attempt; a person can redrive it.',
};

function endedText(task: JudgedTask, work: readonly JudgedTask[]): string {
  const waiters = work.filter(({ status, dependsOn }) => status === 'pending' && dependsOn?.includes(task.id));
  const behind = waiters.length > 0 && task.status !== 'done' ? ` ${list(waiters.map(nameOf))} cannot start.` : '';
  const why = task.status === 'incomplete' && task.reason ? ` (${task.reason})` : '';
  return `Task ${nameOf(task)} (${task.id}, ${task.row.assignedTo}) is ${task.status}${why}.${behind} ${NEXT[task.status] ?? ''}`.trim();
}

/** What a task of a run without open ones is, in the order it is told; the pending among them are stranded. */
const OVER_WORDS = {
  done: 'done',
  incomplete: 'incomplete',
  dead: 'dead',
  cancelled: 'cancelled',
  pending: 'that cannot start',
};

function overText(work: readonly JudgedTask[]): string {
  const counts = Object.entries(OVER_WORDS).map(
    ([status, word]) => [work.filter(task => task.status === status).length, word] as const,
  );
  const told = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const isWhole = work.every(({ status }) => status === 'done' || status === 'cancelled');
  return (
    `All ${work.length} tasks of the run are over: ${told.join(', ')}. ` +
    (isWhole
      ? 'Compare with the intent, then end the run with `submit_result`.'
      : 'Plan what replaces the missing, `ask` a person, or end the run with `submit_result`.')
  );
}
