import { redactSecrets } from '../../../domain/redact';
import { ControlPlaneError, invalidField } from '../../../domain/errors';
import { HUMAN } from '../../../domain/fields';
import { TO_ORCHESTRATOR } from '../../../domain/run/schema';
import { MAX_HOPS } from '../../../domain/message/schema';
import { parkDispatch } from '../../../store/dispatch-questions';
import type { DispatchDocument, ObjectId } from '../../../store/documents';
import { hex, newId } from '../../../store/ids';
import type { Plane } from '../../context';
import { crashPoint } from '../../../telemetry/crash-point';
import { refuseBesideRun } from '../../runs/topology';
import { settleDispatch } from '../settle/settle';

export interface Question {
  to?: string;
  question: string;
  options?: string[];
  default?: string;
  deadline?: string;
  /** Not a question but what it cannot go on without. */
  blocker?: { reason: string; needs: string };
}

/**
 * Stops a dispatch to wait for an answer: slot and lane are free, no attempt is spent. The question is stored with
 * the stop in one write, and its message follows from it.
 */
export async function askQuestion(
  plane: Plane,
  dispatch: Pick<DispatchDocument, '_id' | 'tenantId' | 'epoch' | 'agentType' | 'source' | 'run'>,
  ask: Question,
  id: ObjectId = newId(),
): Promise<{ questionId: string; to: string }> {
  const to = ask.to ?? defaultAddressee(dispatch);
  await requireAddressee(plane, dispatch, to);
  const row = await parkDispatch(plane.collections, dispatch.tenantId, dispatch._id, dispatch.epoch, {
    id,
    to,
    body: redactSecrets(ask.question),
    ...(ask.blocker
      ? { blocker: { reason: redactSecrets(ask.blocker.reason), needs: redactSecrets(ask.blocker.needs) } }
      : {}),
    options: ask.options?.map(option => redactSecrets(option)) ?? null,
    default: ask.default === undefined ? null : redactSecrets(ask.default),
    deadline: ask.deadline ? new Date(ask.deadline) : null,
    answerId: null,
    answeredAt: null,
    offeredUntil: null,
  });
  if (!row) {
    throw new ControlPlaneError(
      'stale-epoch',
      'This dispatch is not running any more, so it cannot ask. Stop this work.',
    );
  }
  crashPoint('ask:after-park');
  await settleDispatch(plane, row);
  return { questionId: hex(id), to };
}

type Asker = Pick<DispatchDocument, 'tenantId' | 'agentType' | 'source' | 'run'>;

/** A worker inside a run asks its orchestrator; everybody else asks people. */
const defaultAddressee = ({ run }: Asker): string => (run?.tier === 'worker' ? TO_ORCHESTRATOR : HUMAN);

async function requireAddressee(plane: Plane, dispatch: Asker, to: string): Promise<void> {
  if (to === HUMAN || to === defaultAddressee(dispatch)) return;
  refuseBesideRun(dispatch, to);
  const type = await plane.agentTypes.get(dispatch.tenantId, to);
  if (!type) throw invalidField('to', `got '${to}', wants 'human' or the slug of an agent type that exists`);
  await refuseCycle(plane, dispatch, to);
}

/** Walks up who waits for whom: a question to somebody in that chain would wait for itself. */
async function refuseCycle(plane: Plane, dispatch: Asker, to: string): Promise<void> {
  const chain = [dispatch.agentType];
  let sourceId: ObjectId | null = dispatch.source.kind === 'message' ? dispatch.source.id : null;
  for (let step = 0; sourceId !== null && step <= MAX_HOPS; step += 1) {
    const source = await plane.collections.messages.findOne({ _id: sourceId, tenantId: dispatch.tenantId });
    if (source?.kind !== 'question' || !source.from.dispatchId) break;
    chain.push(source.from.id);
    const asker: DispatchDocument | null = await plane.collections.dispatches.findOne({ _id: source.from.dispatchId });
    sourceId = asker?.source.kind === 'message' ? asker.source.id : null;
  }
  if (!chain.includes(to)) return;
  throw new ControlPlaneError(
    'ask-cycle',
    `${chain.toReversed().join(' waits for ')} already; asking ${to} would wait for itself. Answer with what you know, or ask human.`,
  );
}
