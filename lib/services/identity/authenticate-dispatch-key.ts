import { parseDispatchKey, sameDispatchKey } from '../../auth/dispatch-key';
import { allows } from '../../auth/policy';
import { isOpenDispatch } from '../../domain/dispatch/schema';
import { ControlPlaneError, invalidField } from '../../domain/errors';
import type { Principal } from '../../domain/identity/schema';
import { findKeyHolder, type KeyHolder } from '../../store/dispatch-keys';
import type { DispatchDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import type { Plane } from '../context';

export interface KeyedDispatch {
  dispatch: DispatchDocument;
  /** The key's own, which is an earlier one than the dispatch's after a resume. */
  epoch: number;
  /** Why it may not read, or not write; null while it may. */
  readRefusal: ControlPlaneError | null;
  writeRefusal: ControlPlaneError | null;
}

/**
 * What a dispatch key still opens: it writes until the dispatch ends or its lease lapses, then reads for a while. The
 * key says which work, the principal says who; a key of another tenant is as unknown as one that was made up.
 */
export async function authenticateDispatchKey(plane: Plane, principal: Principal, key: string): Promise<KeyedDispatch> {
  const parts = parseDispatchKey(key);
  if (!parts) {
    throw invalidField(
      'dispatch',
      `got a text of ${key.length} characters, wants the dispatch key of your prompt (dk_…)`,
    );
  }
  const holder = await findKeyHolder(plane.collections, principal.tenantId, bodyId('dispatch', parts.dispatchId));
  if (!holder) throw unknownKey();
  const { dispatch } = holder;
  if (principal.role === 'agent' && principal.agentType !== dispatch.agentType) throw unknownKey();
  if (parts.epoch < dispatch.epoch) {
    // The hash of an earlier key is gone with the resume. Whoever may work dispatches can hand in what it made late.
    if (!allows(principal.role, 'dispatches:work')) throw resumedElsewhere(parts.epoch);
    return { dispatch, epoch: parts.epoch, ...refuseAll(resumedElsewhere(parts.epoch)) };
  }
  if (!sameDispatchKey(key, dispatch.keyHash.buffer)) throw unknownKey();
  return { dispatch, epoch: parts.epoch, ...stillOpens(holder) };
}

function stillOpens({
  dispatch,
  leaseHolds,
  readsHold,
}: KeyHolder): Pick<KeyedDispatch, 'readRefusal' | 'writeRefusal'> {
  const { status } = dispatch;
  if (status === 'waiting') return { readRefusal: null, writeRefusal: waiting() };
  if (isOpenDispatch(status)) {
    return { readRefusal: null, writeRefusal: leaseHolds ? null : over('its lease lapsed without a heartbeat') };
  }
  const ended = over(`it ended as ${status}`);
  return readsHold ? { readRefusal: null, writeRefusal: ended } : refuseAll(ended);
}

const refuseAll = (refusal: ControlPlaneError) => ({ readRefusal: refusal, writeRefusal: refusal });

const unknownKey = () =>
  new ControlPlaneError(
    'forbidden',
    'dispatch: this key opens nothing here. Pass the key of your own prompt, whole and unchanged; take no other.',
  );

const STOP = 'Stop at once: start nothing, repeat nothing, and end your turn.';

const over = (why: string) =>
  new ControlPlaneError('stale-epoch', `This dispatch is not yours any more: ${why}. ${STOP}`);

const resumedElsewhere = (epoch: number) =>
  new ControlPlaneError(
    'stale-epoch',
    `This key is of epoch ${epoch}; the dispatch was resumed since, with a new key in a new prompt. ${STOP}`,
    { details: { keyEpoch: epoch } },
  );

const waiting = () =>
  new ControlPlaneError(
    'waiting',
    'This dispatch waits for the answer to its question and may only read. End your turn; you are resumed with a new key.',
  );
