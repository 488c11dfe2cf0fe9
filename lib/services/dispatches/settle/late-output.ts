import { ControlPlaneError } from '../../../domain/errors';
import { beginTaking, endTaking, leaveLateOutput } from '../../../store/late-outputs';
import type { DispatchDocument, LateOutputDocument, MessageDocument } from '../../../store/documents';
import { derivedId } from '../../../store/ids';
import { findMessage } from '../../../store/messages';
import { findTask, readyDependents } from '../../../store/tasks';
import { acceptWork } from '../../../store/work-outcomes';
import type { Context } from '../../context';
import { senderOfDispatch } from '../../messages/agent-sender';
import { appendMessage } from '../../messages/append-message';
import { reportLateResult } from '../../reports/report-outcome';
import { bodyOf } from './settle-done';
import { keepFitting, resultOf } from './task-result';
import { wakeAsker } from './wake-asker';

/** What came back under a stale epoch: a person takes it or leaves it, once. */

/**
 * The output becomes a message of the thread, from that agent, marked late. Work that nobody has is done with it;
 * where another attempt runs or has ended the work, it stands there as text and changes nothing.
 */
export async function acceptLate(ctx: Context, row: DispatchDocument): Promise<void> {
  const late = requireLate(row);
  const { collections } = ctx.plane;
  // First: what somebody leaves in this moment is not half taken.
  if (!(await beginTaking(collections, row._id, late.epoch))) throw decidedMeanwhile();
  if (row.source.kind === 'message') await acceptForMessage(ctx, row, late);
  else await acceptForTask(ctx, row, late);
  // Last: dead before it, the person finds the output still there, and accepting again goes on where this one ended.
  if (!(await endTaking(collections, row._id, late.epoch))) throw decidedMeanwhile();
}

export async function discardLate(ctx: Context, row: DispatchDocument): Promise<void> {
  if (await leaveLateOutput(ctx.plane.collections, row._id, requireLate(row).epoch)) return;
  throw decidedMeanwhile();
}

async function acceptForMessage(ctx: Context, row: DispatchDocument, late: LateOutputDocument): Promise<void> {
  const { plane } = ctx;
  const source = await findMessage(plane.collections, row.tenantId, row.source.id);
  const isDone = await acceptWork(plane.collections, row, late.epoch, { status: 'done' });
  const isAnswer = isDone && source?.kind === 'question';
  const reply = await appendLate(ctx, row, late, { source, kind: isAnswer ? 'answer' : 'message' });
  if (isAnswer) await wakeAsker(plane, row.tenantId, row.source.id, reply);
}

async function acceptForTask(ctx: Context, row: DispatchDocument, late: LateOutputDocument): Promise<void> {
  const c = ctx.plane.collections;
  const task = await findTask(c, row.tenantId, row.source.id);
  const { result, missing } = resultOf(task ?? { deliverables: [] }, late.output, late.deliverables ?? []);
  const status = missing.length === 0 ? 'done' : 'incomplete';
  const isTaken = await keepFitting(result, 'in its report', kept =>
    acceptWork(c, row, late.epoch, {
      status,
      result: { $literal: kept },
      reason: missing.length === 0 ? null : { $literal: `not handed in: ${missing.join(', ')}` },
    }),
  );
  await appendLate(ctx, row, late, { source: null, kind: 'message' });
  if (isTaken) await reportLateResult(ctx.plane, row, result);
  if (isTaken && status === 'done') await readyDependents(c, row.tenantId, row.source.id);
}

function appendLate(
  ctx: Context,
  row: DispatchDocument,
  late: LateOutputDocument,
  { source, kind }: { source: MessageDocument | null; kind: 'message' | 'answer' },
): Promise<MessageDocument> {
  return appendMessage(ctx.plane, {
    id: late.id ?? derivedId(row._id, 'late', String(late.epoch)),
    tenantId: row.tenantId,
    ...(row.threadId ? { threadId: row.threadId } : { projectId: row.projectId }),
    from: senderOfDispatch(row),
    assignedTo: null,
    priority: source?.priority ?? 'normal',
    kind,
    body: bodyOf(late.output),
    inReplyTo: source?._id ?? null,
    hops: (source?.hops ?? 0) + 1,
    late: true,
    createdBy: ctx.principal.id,
  });
}

const decidedMeanwhile = () =>
  new ControlPlaneError('conflict', 'Somebody else decided about this late output, or has begun to accept it.');

function requireLate(row: DispatchDocument): LateOutputDocument {
  if (row.lateOutput) return row.lateOutput;
  throw new ControlPlaneError('conflict', 'This dispatch has no late output.');
}
