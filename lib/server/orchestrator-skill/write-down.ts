import type { Dispatch } from '@/lib/domain/dispatch/schema';
import { processStartMs } from '../process-identity.mjs';
import { isSynced } from './agent-file';
import { dispatchFiles } from './dispatch-files';
import { isHooked } from './forgotten-work';
import type { Presented } from './present';
import type { ScriptContext } from './script';
import { processOf, type Session } from './session';
import { spawnAdvice } from './spawn-advice';
import type { OpenDispatch } from './state';

type Context = Pick<ScriptContext, 'calls' | 'state' | 'project'>;

/**
 * Claimed work is written down before it is printed: from then on nothing depends on the conversation. What cannot be
 * written down (the disk is full, say) is given back.
 */
export async function writeDown(
  context: Context,
  dispatches: readonly Dispatch[],
  session: Session,
): Promise<Presented[]> {
  if (dispatches.length === 0) return [];
  try {
    return await write(context, dispatches, session);
  } catch (error) {
    await Promise.all(dispatches.map(({ id, epoch }) => context.calls.release(id, epoch).catch(() => undefined)));
    throw error;
  }
}

async function write({ state, project }: Context, dispatches: readonly Dispatch[], session: Session) {
  const sessionStartMs = processStartMs(session.pid);
  const by = { session, printer: processOf(process.pid) };
  const known = state.read().dispatches;
  const items = dispatches.map(dispatch => {
    const synced = isSynced(project.root, dispatch.agentType, sessionStartMs);
    const spawn = spawnAdvice(dispatch, dispatch.id in known, synced);
    return { dispatch, synced, spawn, ...dispatchFiles(project.folder, dispatch) };
  });
  await state.update(current => {
    const hooked = isHooked(current, session);
    for (const { dispatch, synced } of items) {
      // Its agent's turns are counted on.
      const before = current.dispatches[dispatch.id];
      current.dispatches[dispatch.id] = { ...before, ...entryOf(dispatch), ...by, synced, hooked };
    }
  });
  return items;
}

const entryOf = ({ epoch, key, leaseMs, agentType, timings }: Dispatch): Omit<OpenDispatch, 'session'> => ({
  epoch,
  key,
  leaseMs,
  agentType: agentType.slug,
  phase: 'running',
  claimedAt: timings.claimedAt,
});

/** Their output is out: the session knows of them now. */
export async function notePrinted({ state }: Context, items: readonly Presented[]): Promise<void> {
  if (items.length === 0) return;
  await state.update(({ dispatches }) => {
    for (const { dispatch } of items) {
      const held = dispatches[dispatch.id];
      if (held?.epoch === dispatch.epoch) delete held.printer;
    }
  });
}
