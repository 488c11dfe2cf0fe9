import type { Db, IndexDescription } from 'mongodb';
import { PLAIN_KINDS } from '../domain/message/to-people';
import { COLLECTION_NAMES, type Collections } from './collections';
import { MESSAGE_TEXT, TASK_TEXT } from './standing-text';

const DAY_SECONDS = 86_400;
/** The clean-up removes them at 24 hours and says so; this is for keys of a tenant that no clean-up runs for. */
export const IDEMPOTENCY_BACKSTOP_SECONDS = 2 * DAY_SECONDS;
/** A turn told again after an outage of days still finds its row, and is not counted twice. */
const SPEND_KEPT_SECONDS = 8 * DAY_SECONDS;
export const TEXT_INDEX = 'text';
/** Named, for sums that must not fall to another index: it alone holds all they read. */
export const ENDED_DISPATCHES_INDEX = 'ended';

/** No tenant in front: taking a raw insert up sets its tenant, and would then index its whole text a second time. */
const textIndex = (...fields: readonly string[]): IndexDescription => ({
  key: Object.fromEntries(fields.map(field => [field, 'text'])),
  name: TEXT_INDEX,
  default_language: 'none',
  language_override: 'no_language',
});

const workTextIndex = ({ fields, standing }: typeof MESSAGE_TEXT): IndexDescription => ({
  ...textIndex(...fields),
  partialFilterExpression: { status: { $in: standing } },
});

/** Every query the product makes has its index here; each line names who asks. */
export const INDEXES: Partial<Record<keyof typeof COLLECTION_NAMES, IndexDescription[]>> = {
  messages: [
    // Claims: due work by type in rank order.
    { key: { tenantId: 1, status: 1, assignedTo: 1, rankAt: 1 } },
    // Claims: who is first in a lane.
    { key: { lane: 1, status: 1, seq: 1 } },
    // A thread's pages; a driver may have given two the same place.
    { key: { threadId: 1, seq: 1, _id: 1 } },
    // Adoption sweep: raw inserts have no rankAt (a missing field is indexed as null).
    { key: { rankAt: 1, _id: 1 } },
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, assignedTo: 1, _id: -1 } },
    // Waiting for a message: what arrived for an addressee since.
    { key: { tenantId: 1, assignedTo: 1, arrivedAt: 1 } },
    // By node: only what hangs on one is in it.
    { key: { tenantId: 1, projectId: 1, _id: -1 }, partialFilterExpression: { projectId: { $type: 'objectId' } } },
    // When messages were acknowledged, and how long after their claim.
    {
      key: { tenantId: 1, 'ledger.readAt': -1, 'ledger.claimedAt': 1 },
      partialFilterExpression: { 'ledger.readAt': { $type: 'date' } },
    },
    // The threads a dispatch wrote in: its inbox.
    { key: { 'from.dispatchId': 1 }, partialFilterExpression: { 'from.dispatchId': { $exists: true } } },
    // Inbox: questions and blockers that wait for a person.
    {
      key: { tenantId: 1, createdAt: -1, _id: -1 },
      name: 'open questions',
      partialFilterExpression: { kind: 'question', assignedTo: 'human', status: 'none' },
    },
    // Inbox: what was written to people and nobody has seen to.
    {
      key: { tenantId: 1, createdAt: -1, _id: -1 },
      name: 'to people',
      partialFilterExpression: { kind: { $in: PLAIN_KINDS }, assignedTo: 'human', status: 'none' },
    },
    // News that a planner was not given yet; nothing else is in it.
    { key: { newsFor: 1, seq: 1 }, partialFilterExpression: { newsFor: { $exists: true } } },
    // Answers whose asker was not woken yet; nothing else is in it.
    { key: { wakes: 1, arrivedAt: 1 }, partialFilterExpression: { wakes: true } },
    { key: { inReplyTo: 1 }, partialFilterExpression: { inReplyTo: { $type: 'objectId' } } },
    workTextIndex(MESSAGE_TEXT),
  ],
  tasks: [
    { key: { tenantId: 1, status: 1, assignedTo: 1, rankAt: 1 } },
    { key: { lane: 1, status: 1, seq: 1 } },
    { key: { rankAt: 1, _id: 1 } },
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, kind: 1, _id: -1 } },
    // By node: only what hangs on one is in it.
    { key: { tenantId: 1, projectId: 1, _id: -1 }, partialFilterExpression: { projectId: { $type: 'objectId' } } },
    { key: { dependsOn: 1 } },
    { key: { runId: 1 } },
    { key: { threadId: 1 } },
    workTextIndex(TASK_TEXT),
  ],
  threads: [
    { key: { tenantId: 1, lastMessageAt: -1, _id: -1 } },
    { key: { tenantId: 1, status: 1, lastMessageAt: -1, _id: -1 } },
    { key: { tenantId: 1, projectId: 1, lastMessageAt: -1 } },
    // Moved, and not seen to yet; nothing else is in it.
    { key: { 'moved.at': 1 }, partialFilterExpression: { 'moved.at': { $type: 'date' } } },
    textIndex('subject', 'title'),
  ],
  projects: [
    { key: { tenantId: 1, parentId: 1, slug: 1 }, unique: true, partialFilterExpression: { slug: { $exists: true } } },
    { key: { tenantId: 1, kind: 1, _id: -1 } },
    { key: { tenantId: 1, _id: 1 } },
    // Purge of what was deleted a while ago.
    { key: { deletedAt: 1 }, partialFilterExpression: { deletedAt: { $exists: true } } },
  ],
  runs: [
    // One open run a session.
    {
      key: { tenantId: 1, openSession: 1 },
      unique: true,
      partialFilterExpression: { openSession: { $exists: true } },
    },
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, status: 1, _id: -1 } },
    { key: { tenantId: 1, sessionId: 1, _id: -1 } },
    { key: { tenantId: 1, projectId: 1, _id: -1 } },
    { key: { tenantId: 1, plannerType: 1, _id: -1 } },
    // Sweep: round all runs that may still change.
    { key: { status: 1, _id: 1 } },
    { key: { closing: 1, endedAt: 1 }, partialFilterExpression: { closing: true } },
    textIndex('intent'),
  ],
  reports: [
    { key: { tenantId: 1, createdAt: -1, _id: -1 } },
    { key: { tenantId: 1, kind: 1, createdAt: -1, _id: -1 } },
    { key: { taskId: 1, createdAt: -1, _id: -1 } },
    { key: { runId: 1, createdAt: -1, _id: -1 } },
    { key: { dispatchId: 1, createdAt: -1, _id: -1 } },
    textIndex('said.output', 'said.context', 'said.state', 'said.reason', 'said.needs', 'said.question'),
  ],
  agentTypes: [
    { key: { tenantId: 1, slug: 1 }, unique: true },
    { key: { tenantId: 1, _id: 1 } },
    { key: { deletedAt: 1 }, partialFilterExpression: { deletedAt: { $exists: true } } },
  ],
  agentTypeRevisions: [{ key: { tenantId: 1, slug: 1, revision: -1 }, unique: true }],
  dispatches: [
    // The three claims a dispatch holds, each structural: see DispatchDocument.
    { key: { open: 1 }, unique: true, partialFilterExpression: { open: { $exists: true } } },
    { key: { lane: 1 }, unique: true, partialFilterExpression: { lane: { $exists: true } } },
    { key: { slot: 1 }, unique: true, partialFilterExpression: { slot: { $exists: true } } },
    // An epoch of a work item is given out once.
    { key: { 'source.id': 1, epoch: 1 }, unique: true },
    // Lapse sweep.
    { key: { leaseUntil: 1 }, partialFilterExpression: { leaseUntil: { $type: 'date' } } },
    // Settling sweep.
    { key: { settled: 1, endedAt: 1 }, partialFilterExpression: { settled: false } },
    // Lists, by status and type.
    { key: { tenantId: 1, status: 1, agentType: 1, claimedAt: -1 } },
    // Claims: what was answered and is to go on, oldest answer first; nothing else is in it.
    {
      key: { tenantId: 1, 'question.answeredAt': 1 },
      name: 'answered',
      partialFilterExpression: { status: 'waiting', 'question.answerId': { $type: 'objectId' } },
    },
    { key: { 'question.id': 1 }, partialFilterExpression: { 'question.id': { $exists: true } } },
    { key: { threadId: 1, claimedAt: -1 } },
    { key: { 'run.id': 1, claimedAt: 1 }, partialFilterExpression: { 'run.id': { $exists: true } } },
    // Deadlines of questions that wait.
    {
      key: { 'question.deadline': 1 },
      partialFilterExpression: { status: 'waiting', 'question.deadline': { $type: 'date' } },
    },
    // What waits, by whom it asked.
    { key: { 'question.to': 1 }, partialFilterExpression: { status: 'waiting' } },
    // Inbox: what came too late and waits for a person.
    {
      key: { tenantId: 1, 'lateOutput.at': -1, _id: -1 },
      partialFilterExpression: { 'lateOutput.at': { $type: 'date' } },
    },
    { key: { tenantId: 1, _id: -1 } },
    // By node: only what hangs on one is in it.
    { key: { tenantId: 1, projectId: 1, _id: -1 }, partialFilterExpression: { projectId: { $type: 'objectId' } } },
    // Hop percentiles over a window, from the index alone: an output may be large.
    { key: { tenantId: 1, claimedAt: -1, attempt: 1, storedAt: 1, streamedAt: 1, firstHeartbeatAt: 1 } },
    // The same of those that ended, what they cost by type, project and run, and those past retention. One that runs has
    // no entry, so a claim does not pay for it; queries say that `endedAt` is a date.
    {
      key: {
        tenantId: 1,
        status: 1,
        endedAt: -1,
        claimedAt: 1,
        storedAt: 1,
        agentType: 1,
        projectId: 1,
        runId: 1,
        'usage.costUsd': 1,
        'usage.inputTokens': 1,
        'usage.outputTokens': 1,
      },
      name: ENDED_DISPATCHES_INDEX,
      partialFilterExpression: { endedAt: { $type: 'date' } },
    },
    // Only what went wrong has any. An output is read in its thread or report, and not indexed twice.
    textIndex('error', 'lateOutput.output'),
  ],
  sessions: [
    { key: { key: 1 }, unique: true, partialFilterExpression: { status: 'open' } },
    { key: { tenantId: 1, status: 1, lastActiveAt: -1 } },
    { key: { status: 1, lastActiveAt: 1 } },
    { key: { dispatchId: 1 } },
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, status: 1, _id: -1 } },
    { key: { tenantId: 1, agentType: 1, _id: -1 } },
    { key: { threadId: 1, _id: -1 }, partialFilterExpression: { threadId: { $type: 'objectId' } } },
    // Past retention.
    { key: { tenantId: 1, endedAt: 1 }, partialFilterExpression: { endedAt: { $type: 'date' } } },
    textIndex('client'),
  ],
  toolCalls: [
    // Percentiles a tool, from the index alone.
    { key: { tenantId: 1, startedAt: -1, tool: 1, status: 1, durationMs: 1 } },
    { key: { tenantId: 1, status: 1, startedAt: -1 } },
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, tool: 1, _id: -1 } },
    { key: { tenantId: 1, agentType: 1, _id: -1 } },
    { key: { tenantId: 1, status: 1, _id: -1 } },
    { key: { sessionId: 1, _id: -1 } },
    { key: { dispatchId: 1, _id: -1 } },
    // Calls that nobody ended.
    { key: { startedAt: 1 }, partialFilterExpression: { status: 'started' } },
    textIndex('error'),
  ],
  consumers: [{ key: { tenantId: 1, name: 1 }, unique: true }],
  presence: [
    { key: { tenantId: 1, role: 1, seenAt: -1 } },
    // Presence of a killed process goes by itself.
    { key: { seenAt: 1 }, expireAfterSeconds: 120 },
  ],
  activity: [
    { key: { tenantId: 1, _id: -1 } },
    { key: { tenantId: 1, 'subject.kind': 1, 'subject.id': 1, _id: -1 } },
    { key: { tenantId: 1, 'subject.id': 1, _id: -1 } },
    { key: { tenantId: 1, action: 1, _id: -1 } },
    { key: { tenantId: 1, 'actor.id': 1, _id: -1 } },
    // Past retention.
    { key: { tenantId: 1, at: 1 } },
    textIndex('actor.label', 'action', 'subject.id', 'changes.field', 'changes.before', 'changes.after'),
  ],
  apiTokens: [{ key: { tokenId: 1 }, unique: true }, { key: { tenantId: 1, _id: -1 } }],
  webSessions: [
    { key: { hash: 1 }, unique: true },
    { key: { tokenId: 1 } },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
  signInCodes: [
    { key: { hash: 1 }, unique: true },
    { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  ],
  tenants: [{ key: { tenantId: 1 }, unique: true }],
  accounts: [
    { key: { tenantId: 1, retryNotBefore: -1 } },
    // A hold that is over holds nothing.
    { key: { retryNotBefore: 1 }, expireAfterSeconds: DAY_SECONDS },
  ],
  // What was spent by type and day: the sum's rows, then the sum that claims read.
  spend: [
    { key: { tenantId: 1, agentType: 1, day: 1, nanoUsd: 1 } },
    { key: { at: 1 }, expireAfterSeconds: SPEND_KEPT_SECONDS },
  ],
  spendDays: [
    { key: { tenantId: 1, agentType: 1, day: 1 } },
    { key: { tenantId: 1, reachedAt: 1 }, partialFilterExpression: { reachedAt: { $type: 'date' } } },
    { key: { day: 1 }, expireAfterSeconds: SPEND_KEPT_SECONDS },
  ],
  idempotencyKeys: [
    { key: { tenantId: 1, createdAt: 1 } },
    { key: { createdAt: 1 }, expireAfterSeconds: IDEMPOTENCY_BACKSTOP_SECONDS },
  ],
  malformed: [{ key: { tenantId: 1, seenAt: -1 } }, { key: { seenAt: -1 } }],
};

export async function ensureIndexes(db: Db): Promise<void> {
  await Promise.all(
    Object.entries(INDEXES).map(([key, indexes]) =>
      db.collection(COLLECTION_NAMES[key as keyof Collections]).createIndexes(indexes),
    ),
  );
}
