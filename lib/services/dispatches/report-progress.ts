import type { HeartbeatResult } from '../../domain/dispatch/schema';
import { requireDispatch, type Caller } from '../identity/caller';
import { extend, writeDispatchProgress } from './life-cycle';

export interface DispatchAlive extends Omit<HeartbeatResult, 'id'> {
  dispatchId: string;
}

/** An agent's own report on its dispatch; the write is fenced, so the key's own state is not asked beforehand. */
export async function reportProgress(
  caller: Caller,
  { percent, state }: { percent: number; state: string },
): Promise<DispatchAlive> {
  const { dispatch, epoch } = requireDispatch(caller);
  return aliveOf(await writeDispatchProgress(caller.ctx, dispatch._id, { epoch, percent, state }));
}

export async function beat(caller: Caller): Promise<DispatchAlive> {
  const { dispatch, epoch } = requireDispatch(caller);
  return aliveOf(await extend(caller.ctx, dispatch._id, epoch));
}

const aliveOf = ({ id, ...alive }: HeartbeatResult): DispatchAlive => ({ dispatchId: id, ...alive });
