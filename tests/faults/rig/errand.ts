import type { Dispatch } from '@/lib/domain/dispatch/schema';
import type { Rig } from './rig';

/** Work beside the line's, for a type that only whoever sends it claims: so a scenario decides what happens to it. */
export const ERRANDS = 'qa';

/** Sent through the API; its acknowledgement is in the ledger unless the scenario judges it by itself. */
export async function sendErrand(rig: Rig, { isJudgedHere = false } = {}): Promise<string> {
  const sentAtMs = Date.now();
  const { status, body } = await rig.board.call('POST', '/api/messages', { assignedTo: ERRANDS, body: 'an errand' });
  if (status !== 201) throw new Error(`no errand: ${status} ${JSON.stringify(body)}`);
  const id = body.id as string;
  if (!isJudgedHere) rig.ledger.add({ kind: 'acked', id, thread: body.threadId, number: 1, sentAtMs });
  return id;
}

/** Under a consumer's name that nobody else has, so that nobody gives it back as a stray of theirs. */
export async function claimErrand(rig: Rig, id: string, token: string): Promise<Dispatch> {
  const claim = { consumer: 'errands', source: { kind: 'message', id } };
  const { body } = await rig.board.call('POST', '/api/dispatches/claim', claim, { token });
  const [dispatch] = (body.dispatches ?? []) as Dispatch[];
  if (!dispatch) throw new Error(`errand ${id} was not claimed: ${JSON.stringify(body)}`);
  rig.ledger.add({ kind: 'claimed', by: 'errands', work: id, dispatch: dispatch.id, epoch: dispatch.epoch });
  return dispatch;
}
