import { YIELDS_MS } from '../../../domain/dispatch/ranking';
import { DEFAULT_TENANT, HUMAN } from '../../../domain/fields';
import { judgeRawMessage, MESSAGE_RAW_FIELDS } from '../../../domain/message/judge-raw';
import { isAtRest } from '../../../domain/message/schema';
import { RAW_INSERT } from '../../../domain/message/sender';
import { redactSecrets } from '../../../domain/redact';
import { tooLong } from '../../../store/document-size';
import type { ObjectId } from '../../../store/documents';
import type { MessageAdoption, RedactedTexts } from '../../../store/adoption';
import { asObjectId, describeRaw, type RawMessage } from '../../../store/raw-document';
import type { NewThread } from '../../../store/threads';
import type { Plane } from '../../context';
import { addressedBy, answeredByRaw, hopsOfRaw, NOTHING_REPLIED_TO, senderOfRaw, type RepliedTo } from './raw-reply';
import { addressReply, type ReplyAddress } from '../address-reply';
import { routeMessage } from '../route-message';
import { titleOf } from '../title-of';

/** What taking up a raw message would write. `own`: its thread is made from it, as first message. */
export interface AdoptionPlan {
  thread: NewThread;
  own: boolean;
  /** For a thread of its own; in another the place and the project are the thread's to give. */
  adoption: MessageAdoption;
}

export type Planned = { ok: true; plan: AdoptionPlan } | { ok: false; tenantId: string; reason: string };

/** What a driver may change that decides where a message stands. */
const DECIDING = [
  'tenantId',
  'threadId',
  'assignedTo',
  'priority',
  'kind',
  'status',
  'hops',
  'projectId',
  'inReplyTo',
] as const;

/**
 * Judges a raw message and says what its absent fields become. Reads what is cached, and of a type with a budget its
 * day. Where it stands is right of a reply only with what it replies to.
 */
export async function planAdoption(plane: Plane, raw: RawMessage, repliedTo = NOTHING_REPLIED_TO): Promise<Planned> {
  const tenantId = typeof raw.tenantId === 'string' ? raw.tenantId : DEFAULT_TENANT;
  const verdict = judgeRawMessage(describeRaw(raw, MESSAGE_RAW_FIELDS));
  const reason = verdict.ok ? (tooLong(raw) ?? wrongOptions(raw.options)) : verdict.reason;
  if (reason !== null) return { ok: false, tenantId, reason };
  if (!(await plane.tenants.exists(tenantId))) {
    return { ok: false, tenantId, reason: `tenantId: no tenant '${tenantId}'` };
  }
  const threadId = asObjectId(raw.threadId) ?? raw._id;
  const thread = threadOf(raw, tenantId, threadId);
  const texts = redactedTexts(raw);
  const adoption: MessageAdoption = {
    document: raw,
    // What is written over must be what was read.
    readAs: Object.fromEntries([...DECIDING, ...Object.keys(texts)].map(field => [field, raw[field] ?? null])),
    defaults: { ...(await defaultsOf(plane, raw, thread, repliedTo)), ...texts },
    yieldsMs: YIELDS_MS[raw.priority ?? 'normal'],
    createdAt: raw.createdAt instanceof Date ? raw.createdAt : null,
    storedAt: plane.streamedTimes.storedAt(raw._id.toHexString()),
  };
  return { ok: true, plan: { thread, own: threadId.equals(raw._id), adoption } };
}

/** The stream judges types, not what is in a list. What is no string may be nothing that a write can carry. */
const wrongOptions = (options: unknown): string | null =>
  Array.isArray(options) && !options.every(option => typeof option === 'string')
    ? 'options: got a list with other things in it, wants a list of strings'
    : null;

/** Those of a raw message's texts that hold a key, without it. */
function redactedTexts({ body, subject }: RawMessage): RedactedTexts {
  const safe = { body: redactSecrets(body!), subject: redactSecrets(textOf(subject)) };
  return {
    ...(safe.body === body ? {} : { body: safe.body }),
    ...(safe.subject === textOf(subject) ? {} : { subject: safe.subject }),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const createdByOf = ({ createdBy }: RawMessage): string => redactSecrets(createdBy ?? RAW_INSERT);

export const threadOf = (raw: RawMessage, tenantId: string, _id: ObjectId): NewThread => ({
  _id,
  tenantId,
  createdBy: createdByOf(raw),
  subject: redactSecrets(textOf(raw['subject'])),
  title: titleOf(redactSecrets(raw.body!)),
  priority: raw.priority ?? 'normal',
  assignedTo: raw.assignedTo === HUMAN ? null : (raw.assignedTo ?? null),
  projectId: asObjectId(raw.projectId),
  status: 'open',
  lastSeq: 1,
  messageCount: 1,
});

async function defaultsOf(
  plane: Plane,
  raw: RawMessage,
  thread: NewThread,
  repliedTo: RepliedTo,
): Promise<MessageAdoption['defaults']> {
  const priority = raw.priority ?? 'normal';
  const from = senderOfRaw(raw);
  const question = answeredByRaw(raw, repliedTo);
  const kind = question ? 'answer' : (raw.kind ?? 'message');
  const hops = hopsOfRaw(raw, repliedTo);
  const { assignedTo, routing } = await addressOf(plane, raw, repliedTo, {
    tenantId: thread.tenantId,
    priority,
    kind,
    hops,
  });
  return {
    tenantId: thread.tenantId,
    createdBy: createdByOf(raw),
    threadId: thread._id,
    lane: thread._id,
    seq: 1,
    from: { kind: from.kind, id: redactSecrets(from.id) },
    onBehalfOf: raw.onBehalfOf ? redactSecrets(raw.onBehalfOf) : null,
    assignedTo,
    projectId: thread.projectId,
    priority,
    kind,
    inReplyTo: question?._id ?? asObjectId(raw.inReplyTo),
    expectsReply: raw.expectsReply ?? false,
    hops,
    // A status that a driver wrote cannot vouch for a claim that never was, but says what is not to be done again.
    status: isAtRest(raw.status) ? raw.status : routing.status,
    reason: isAtRest(raw.status) ? null : routing.reason,
    options: raw.options?.map(option => redactSecrets(option)) ?? null,
    late: false,
    attempts: 0,
    epoch: 0,
    dispatchId: null,
    ...(question ? { wakes: true as const } : {}),
  };
}

type Placed = Pick<MessageAdoption['defaults'], 'tenantId' | 'priority' | 'kind' | 'hops'>;

/** As the same message through the API would be addressed. */
async function addressOf(plane: Plane, raw: RawMessage, repliedTo: RepliedTo, placed: Placed): Promise<ReplyAddress> {
  const assignedTo = raw.assignedTo ?? null;
  // An answer resumes its asker and is nobody's work, whoever it names.
  if (answeredByRaw(raw, repliedTo)) return { assignedTo, routing: { status: 'none', reason: null } };
  const replied = addressedBy(raw, repliedTo);
  if (replied) return addressReply(plane, placed.tenantId, replied, placed);
  return { assignedTo, routing: await routeMessage(plane, placed.tenantId, { ...placed, assignedTo }) };
}
