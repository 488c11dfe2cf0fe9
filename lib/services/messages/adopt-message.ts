import { YIELDS_MS } from '../../domain/dispatch/ranking';
import { DEFAULT_TENANT, HUMAN, type Priority } from '../../domain/fields';
import type { MessageKind } from '../../domain/message/schema';
import { judgeRawMessage, MESSAGE_RAW_FIELDS } from '../../domain/message/judge-raw';
import type { MessageDocument, ObjectId } from '../../store/documents';
import { asObjectId, describeRaw } from '../../store/raw-document';
import { forgetMalformed, recordMalformed } from '../../store/malformed';
import { adoptMessage, findRawMessage } from '../../store/messages';
import { openRawThread } from '../../store/threads';
import type { Plane } from '../context';
import { adoptTask } from '../tasks/adopt-task';
import { routeMessage } from './route-message';
import { titleOf } from './title-of';

/**
 * Takes up a message that a driver inserted: judges it, opens its thread, fills in what is absent. Safe to call by
 * any number of processes and as often as one likes; the first to fill it in wins and the others change nothing.
 */
export async function adoptRawMessage(plane: Plane, id: ObjectId): Promise<void> {
  const c = plane.collections;
  const raw = await findRawMessage(c, id);
  if (!raw || raw['rankAt'] instanceof Date) return;
  const tenantId = typeof raw['tenantId'] === 'string' ? raw['tenantId'] : DEFAULT_TENANT;
  const verdict = judgeRawMessage(describeRaw(raw, MESSAGE_RAW_FIELDS));
  const reason = !verdict.ok
    ? verdict.reason
    : (await plane.tenants.exists(tenantId))
      ? null
      : `tenantId: no tenant '${tenantId}'`;
  if (reason !== null) return recordMalformed(c, { tenantId, collection: 'messages', documentId: String(id), reason });

  const given = raw as Partial<MessageDocument>;
  const threadId = asObjectId(raw['threadId']) ?? id;
  const body = String(raw['body']);
  const priority: Priority = given.priority ?? 'normal';
  const kind: MessageKind = given.kind ?? 'message';
  const assignedTo = given.assignedTo ?? null;
  const hops = given.hops ?? 0;
  const from = given.from ?? { kind: 'user' as const, id: 'raw-insert' };
  const createdBy = given.createdBy ?? 'raw-insert';
  const own = threadId.equals(id);
  const thread = await openRawThread(
    c,
    {
      _id: threadId,
      tenantId,
      createdBy,
      subject: typeof raw['subject'] === 'string' ? raw['subject'] : '',
      title: titleOf(body),
      priority,
      assignedTo: assignedTo === HUMAN ? null : assignedTo,
      projectId: asObjectId(raw['projectId']),
      status: 'open',
      lastSeq: 1,
      messageCount: 1,
    },
    own,
  );
  if (!thread) {
    const why = `threadId: '${String(threadId)}' is not a thread of tenant '${tenantId}'`;
    return recordMalformed(c, { tenantId, collection: 'messages', documentId: String(id), reason: why });
  }
  const routing = await routeMessage(plane, tenantId, { assignedTo, priority, kind, hops });
  const adopted = await adoptMessage(
    c,
    id,
    {
      tenantId,
      createdBy,
      threadId,
      lane: threadId,
      seq: own ? 1 : thread.lastSeq,
      from,
      onBehalfOf: given.onBehalfOf ?? null,
      assignedTo,
      projectId: thread.projectId,
      priority,
      kind,
      inReplyTo: asObjectId(raw['inReplyTo']),
      expectsReply: given.expectsReply ?? false,
      hops,
      // A status that a driver wrote cannot vouch for a claim or an outcome that never was.
      status: given.status === 'none' || given.status === 'cancelled' ? given.status : routing.status,
      reason: routing.reason,
      options: given.options ?? null,
      late: false,
      attempts: 0,
      epoch: 0,
      dispatchId: null,
    },
    YIELDS_MS[priority],
    plane.streamedTimes.storedAt(id.toHexString()),
  );
  if (!adopted) return;
  await forgetMalformed(c, 'messages', String(id));
  if (adopted.status === 'queued') plane.doorbell.ring(tenantId);
}

/** Before a claim by id: the doorbell may be quicker than whoever adopts. */
export function adoptWork(plane: Plane, kind: 'message' | 'task', id: ObjectId): Promise<void> {
  const ofPlane = underWay.get(plane) ?? new Map<string, Promise<void>>();
  underWay.set(plane, ofPlane);
  const key = id.toHexString();
  const started =
    ofPlane.get(key) ??
    (kind === 'message' ? adoptRawMessage(plane, id) : adoptTask(plane, id)).finally(() => ofPlane.delete(key));
  ofPlane.set(key, started);
  return started;
}

/** The stream's wake-up and the claim it causes come a millisecond apart: the second waits for the first's writes. */
const underWay = new WeakMap<Plane, Map<string, Promise<void>>>();
