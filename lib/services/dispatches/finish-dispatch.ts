import type { CompleteDispatch, DispatchStatus, WorkSource } from '../../domain/dispatch/schema';
import { ControlPlaneError } from '../../domain/errors';
import { MAX_RESULT_BYTES } from '../../domain/report/schema';
import type { Delivered } from '../../domain/task/schema';
import type { ObjectId } from '../../store/documents';
import { bodyId, hex } from '../../store/ids';
import { findWorkItem } from '../../store/work-items';
import type { Context } from '../context';
import { requireDispatch, type Caller } from '../identity/caller';
import { endWithOutput, type HandedIn } from './life-cycle';

export interface Finish {
  output: string;
  usage?: CompleteDispatch['usage'];
  /** As they are stored. */
  deliverables?: Delivered[] | undefined;
}

export interface Finished {
  dispatchId: string;
  epoch: number;
  status: DispatchStatus;
  /** How its message or task stands now: a task without its deliverables is incomplete. */
  work: WorkSource & { status: string; reason: string | null };
}

/**
 * An agent's own end of its dispatch. The first end counts and the same key again answers the same outcome, so this
 * asks nothing of the key but which dispatch and epoch it names: a late output is kept, and refused as late.
 */
export async function finishDispatch(caller: Caller, finish: Finish, recordId?: string): Promise<Finished> {
  const { dispatch, epoch } = requireDispatch(caller);
  const { output, usage, deliverables } = finish;
  refuseOversize({ output, deliverables });
  const handedIn: HandedIn = {
    ...(deliverables === undefined ? {} : { deliverables: { $literal: deliverables } }),
    ...(recordId === undefined ? {} : { reportId: bodyId('recordId', recordId) }),
  };
  const ended = await endWithOutput(caller.ctx, dispatch._id, { epoch, output, usage }, handedIn, true);
  return {
    dispatchId: ended.id,
    epoch: ended.epoch,
    status: ended.status,
    work: await workOf(caller.ctx, dispatch.source),
  };
}

function refuseOversize(result: Pick<Finish, 'output' | 'deliverables'>): void {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes <= MAX_RESULT_BYTES) return;
  throw new ControlPlaneError(
    'too-large',
    `deliverables: the result is ${bytes} bytes, wants at most ${MAX_RESULT_BYTES}. Hand long ones in by \`path\` or \`url\`.`,
  );
}

async function workOf(
  { plane, principal }: Context,
  source: { kind: WorkSource['kind']; id: ObjectId },
): Promise<Finished['work']> {
  const item = await findWorkItem(plane.collections, principal.tenantId, source);
  return { kind: source.kind, id: hex(source.id), status: item?.status ?? 'deleted', reason: item?.reason ?? null };
}
