import { isControlPlaneError } from '@/lib/domain/errors';
import type { DispatchOutcome } from '@/lib/sdk/dispatch-calls';
import { ScriptFailure } from './failure';
import { dispatchId, type ScriptContext } from './script';
import { forget, park, type OpenDispatch } from './state';

export interface Ended {
  id: string;
  /** The dispatch's status; `stale` when it was not ours to end any more. */
  status: string;
  note?: string;
}

/** What `send` finds out by itself, before anything is sent. */
export class NothingToEnd {
  constructor(
    readonly status: string,
    readonly note: string,
  ) {}
}

type Send = (id: string, held: OpenDispatch) => Promise<DispatchOutcome | NothingToEnd>;

/**
 * Ends one dispatch, as often as it is asked to: the epoch comes from the state file, never from the conversation, and
 * a repeat answers what the first call brought about.
 */
export async function endDispatch(context: ScriptContext, send: Send): Promise<Ended> {
  const { calls, state, positionals } = context;
  const id = dispatchId(positionals);
  const held = state.read().dispatches[id];
  if (held === undefined) {
    const { status } = await calls.find(id);
    if (status !== 'running' && status !== 'cancelling') return { id, status, note: 'it ended before' };
    throw new ScriptFailure('not-held', `This session does not hold ${id}.`, 1, 'Run status: it gives strays back.');
  }
  try {
    const sent = await send(id, held);
    if (sent instanceof NothingToEnd) return { id, status: sent.status, note: sent.note };
    const { status } = sent;
    await state.update(current =>
      status === 'waiting' ? park(current, id, held.epoch) : forget(current, id, held.epoch),
    );
    return { id, status };
  } catch (error) {
    return await refused(context, id, held, error);
  }
}

async function refused({ state }: ScriptContext, id: string, held: OpenDispatch, error: unknown): Promise<Ended> {
  if (isControlPlaneError(error, 'waiting')) {
    await state.update(current => park(current, id, held.epoch));
    return { id, status: 'waiting', note: 'its agent asked a question; next brings it back when it is answered' };
  }
  if (isControlPlaneError(error, 'stale-epoch')) {
    await state.update(current => forget(current, id, held.epoch));
    return { id, status: 'stale', note: 'the lease was lost; what was handed in is kept as late output' };
  }
  throw error;
}
