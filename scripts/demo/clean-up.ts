import { isControlPlaneError } from '@/lib/domain/errors';
import type { Client } from '@/lib/sdk/client';
import { unended, type Board } from './board';

/** Nothing that a demo began stays due after it, or the page would say that nobody is listening. Says how many. */
export async function cancelUnended(client: Client, board: Board): Promise<number> {
  let cancelled = 0;
  // With its tasks: cancelled one by one, they would wake its planner.
  for (const { id } of await board.openRuns()) if (await cancel(client, `/api/runs/${id}`)) cancelled += 1;
  for (const view of await board.read()) {
    const messages = new Set(view.messages.map(({ id }) => id));
    for (const { id } of unended(view)) {
      if (await cancel(client, messages.has(id) ? `/api/messages/${id}` : `/api/tasks/${id}`)) cancelled += 1;
    }
  }
  return cancelled;
}

/** Work that failed for good would be an error on the dashboard until somebody sees to it: here that is us. */
export async function cancelDead(client: Client, board: Board): Promise<number> {
  const dead = (await board.read()).flatMap(({ messages }) => messages.filter(({ status }) => status === 'dead'));
  for (const { id } of dead) await cancel(client, `/api/messages/${id}`);
  return dead.length;
}

async function cancel(client: Client, path: string): Promise<boolean> {
  try {
    await client.post(`${path}/cancel`);
    return true;
  } catch (error) {
    // It ended, or another orchestrator has it: either way it is not ours to end any more.
    if (isControlPlaneError(error, 'conflict')) return false;
    throw error;
  }
}
