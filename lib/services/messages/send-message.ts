import { requirePermission } from '../../auth/policy';
import { invalidField } from '../../domain/errors';
import { HUMAN, type Priority } from '../../domain/fields';
import type { Message } from '../../domain/message/schema';
import type { Pathless } from '../../domain/project/schema';
import type { ThreadDocument } from '../../store/documents';
import { bodyId } from '../../store/ids';
import { toMessage } from '../../store/to-record/work';
import { requireProject } from '../projects/require-project';
import { refuseBesideRun } from '../runs/topology';
import { requireWriter, type Caller } from '../identity/caller';
import { authorOf, hopsOf } from './agent-sender';
import { appendMessage } from './append-message';
import { createMessage } from './create-message';
import { requireReadableThread } from './inbox-scope';

export interface SendMessage {
  to: string;
  body: string;
  subject?: string | undefined;
  threadId?: string | undefined;
  priority?: Priority | undefined;
  projectId?: string | undefined;
  expectsReply?: boolean | undefined;
}

/** To an agent type it is work; to `human` it waits in the inbox. In a thread that is named, else in one of its own. */
export async function sendMessage(caller: Caller, input: SendMessage, recordId?: string): Promise<Pathless<Message>> {
  requireWriter(caller);
  const { ctx } = caller;
  requirePermission(ctx.principal, 'messages:write');
  if (input.to !== HUMAN) refuseBesideRun(caller.dispatch, input.to);
  await requireAddressee(caller, input.to);
  refuseForThread(input);
  // People have a rule of their own: in a thread with one open question for them, what they write is its answer.
  if (caller.agentType === null) {
    const { to, ...message } = input;
    return createMessage(ctx, { ...message, assignedTo: to }, recordId);
  }
  const thread = input.threadId === undefined ? null : await requireReadableThread(caller, input.threadId);
  const row = await appendMessage(ctx.plane, {
    ...authorOf(caller),
    ...(recordId === undefined ? {} : { id: bodyId('recordId', recordId) }),
    ...(thread
      ? { threadId: thread._id }
      : { subject: input.subject, projectId: await projectFor(caller, input.projectId) }),
    assignedTo: input.to,
    priority: input.priority ?? thread?.priority ?? 'normal',
    kind: 'message',
    body: input.body,
    expectsReply: input.expectsReply ?? false,
    hops: await hopsOf(caller),
  });
  if (row.status === 'queued') ctx.plane.doorbell.ring(row.tenantId);
  return toMessage(row);
}

async function requireAddressee({ ctx: { plane, principal } }: Caller, to: string): Promise<void> {
  if (to === HUMAN || (await plane.agentTypes.get(principal.tenantId, to))) return;
  throw invalidField('to', `got '${to}', wants 'human' or the slug of an agent type; list_agent_types names them`);
}

function refuseForThread({ threadId, subject, projectId }: SendMessage): void {
  if (threadId === undefined) return;
  if (subject !== undefined) throw invalidField('subject', 'belongs to a new thread; this one names threadId');
  if (projectId !== undefined) throw invalidField('projectId', 'belongs to a new thread; this one names threadId');
}

/** The one named, else that of the dispatch: work that it causes belongs to the same client. */
async function projectFor({ ctx, dispatch }: Caller, given: string | undefined): Promise<ThreadDocument['projectId']> {
  return given === undefined ? (dispatch?.projectId ?? null) : requireProject(ctx, given);
}
