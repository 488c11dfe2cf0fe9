import type { HeartbeatResult } from '../../domain/dispatch/schema';
import { requireDispatch, requireReader, type Caller } from '../identity/caller';
import { extend, heartbeatOf, writeDispatchProgress } from './life-cycle';

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

/** How it stands, for a repeat of what it reported: that said nothing new, so nothing is written. */
export function readAlive(caller: Caller): DispatchAlive {
  const { dispatch } = requireDispatch(caller);
  requireReader(caller);
  return aliveOf(heartbeatOf(dispatch));
}

export const aliveOf = ({ id, ...alive }: HeartbeatResult): DispatchAlive => ({ dispatchId: id, ...alive });
