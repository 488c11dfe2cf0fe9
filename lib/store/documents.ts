import type { Binary, ObjectId } from 'mongodb';
import type { AgentTypeSettings } from '../domain/agent-type/schema';
import type { DispatchStatus } from '../domain/dispatch/schema';
import type { Priority, Usage } from '../domain/fields';
import type { Role } from '../domain/identity/schema';
import type { MessageKind, MessageStatus, Sender } from '../domain/message/schema';
import type { ProjectKind } from '../domain/project/schema';
import type { Settings } from '../domain/settings/schema';
import type { Delivered, TaskStatus } from '../domain/task/schema';
import type { ThreadStatus } from '../domain/thread/schema';

/** How records stand in MongoDB: ObjectIds and Dates, where the API has strings. */

export type { Binary, ObjectId };

interface RecordDocument {
  _id: ObjectId;
  tenantId: string;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string;
  /** Written before an API delete: that write is the event, and lists leave the record out. */
  deletedAt?: Date;
}

export interface LedgerDocument {
  storedAt?: Date;
  streamedAt?: Date;
  claimedAt?: Date;
  firstHeartbeatAt?: Date;
  readAt?: Date;
  doneAt?: Date;
}

/** What messages and tasks share as work: everything a claim reads or writes. */
export interface WorkFields {
  /** One item of a lane runs at a time; the thread's id, or the item's own where it has none. */
  lane: ObjectId;
  /** Order in its lane. */
  seq: number;
  /** Sort key of due work: when it became due, put later by its priority, so that waiting long is ageing. */
  rankAt: Date;
  /** Back-off: not before. */
  availableAt: Date;
  attempts: number;
  epoch: number;
  dispatchId: ObjectId | null;
  reason: string | null;
  ledger: LedgerDocument;
}

export interface MessageDocument extends RecordDocument, WorkFields {
  threadId: ObjectId;
  from: Omit<Sender, 'dispatchId'> & { dispatchId?: ObjectId };
  onBehalfOf: string | null;
  assignedTo: string | null;
  projectId: ObjectId | null;
  priority: Priority;
  kind: MessageKind;
  body: string;
  inReplyTo: ObjectId | null;
  expectsReply: boolean;
  hops: number;
  status: MessageStatus;
  options: string[] | null;
  late: boolean;
  /** Set once, when the plane filled in what a raw insert left out. */
  adoptedAt?: Date;
}

export interface TaskDocument extends RecordDocument, WorkFields {
  title: string;
  input: string;
  assignedTo: string;
  priority: Priority;
  projectId: ObjectId | null;
  threadId: ObjectId | null;
  runId: ObjectId | null;
  kind: 'work' | 'plan';
  dependsOn: ObjectId[];
  deliverables: { name: string; description: string }[];
  status: TaskStatus;
  result: { output: string; deliverables: Delivered[]; missing: string[] } | null;
  adoptedAt?: Date;
}

export interface ThreadDocument extends RecordDocument {
  subject: string;
  title: string;
  priority: Priority;
  assignedTo: string | null;
  projectId: ObjectId | null;
  status: ThreadStatus;
  /** The last `seq` given out; gaps are allowed, repeats are not. */
  lastSeq: number;
  messageCount: number;
  lastMessageAt: Date | null;
}

export interface ProjectDocument extends RecordDocument {
  kind: ProjectKind;
  slug: string;
  name: string;
  parentId: ObjectId | null;
  context: string;
  labels: Record<string, string>;
}

export interface AgentTypeDocument extends RecordDocument, AgentTypeSettings {
  slug: string;
  revision: number;
}

export interface AgentTypeRevisionDocument {
  _id: ObjectId;
  tenantId: string;
  slug: string;
  revision: number;
  at: Date;
  by: string;
  settings: AgentTypeSettings;
  changes: { field: string; before: unknown; after: unknown }[];
}

export interface DispatchDocument extends RecordDocument {
  source: { kind: 'message' | 'task'; id: ObjectId };
  threadId: ObjectId | null;
  projectId: ObjectId | null;
  agentType: string;
  revision: number;
  consumer: string;
  tokenId: string;
  account: string;
  epoch: number;
  attempt: number;
  mode: 'start' | 'resume';
  status: DispatchStatus;
  /**
   * Three claims in one document, each held by a unique index over the documents that have the field:
   * `open` (one open dispatch a work item), `lane` (one running a thread), `slot` (no more running than the limit).
   * What ends or pauses a dispatch unsets them; a crash cannot leave one behind without its lease.
   */
  open?: ObjectId;
  lane?: ObjectId;
  slot?: string;
  leaseMs: number;
  leaseUntil: Date | null;
  keyHash: Binary;
  /** When its key stops reading, once the dispatch is over. */
  keyReadsUntil?: Date;
  cancelRequestedAt?: Date;
  agentId: string | null;
  transcriptUrl: string | null;
  progress: { percent: number; state: string; at: Date } | null;
  enforced: { model: boolean; tools: boolean } | null;
  usage: Usage | null;
  output: string | null;
  deliverables?: Delivered[];
  lateOutput: { epoch: number; output: string; at: Date } | null;
  error: string | null;
  retryable?: boolean;
  question: PendingQuestion | null;
  /** A reply sent by tool during this dispatch: its output then does not become a second one. */
  replied?: boolean;
  /** Ids of what settling makes, chosen with the outcome, so that settling twice makes it once. */
  replyId: ObjectId;
  /** False from an outcome until its effects (reply, source status, asker woken) are all written. */
  settled: boolean;
  leaseTouchedAt: Date | null;
  firstHeartbeatAt: Date | null;
  storedAt: Date | null;
  streamedAt: Date | null;
  claimedAt: Date;
  waitingSince: Date | null;
  endedAt: Date | null;
}

/** What a waiting dispatch asked. The message is made from this, so a crash between the two loses nothing. */
export interface PendingQuestion {
  id: ObjectId;
  to: string;
  body: string;
  options: string[] | null;
  default: string | null;
  deadline: Date | null;
  answerId: ObjectId | null;
  answeredAt: Date | null;
  /** Until then only the consumer that holds the agent may resume it. */
  offeredUntil: Date | null;
}

export interface ApiTokenDocument {
  _id: ObjectId;
  tenantId: string;
  tokenId: string;
  hash: Binary;
  role: Role;
  label: string;
  agentType: string | null;
  account: string | null;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** A browser's session. Only the hash of its cookie is stored. */
export interface WebSessionDocument {
  _id: ObjectId;
  hash: Binary;
  tenantId: string;
  role: Role;
  principalId: string;
  label: string;
  agentType: string | null;
  account: string;
  /** Where it came from: revoking that token ends it. Null for the first admin. */
  tokenId: string | null;
  createdAt: Date;
  expiresAt: Date;
}

export interface SignInCodeDocument {
  _id: ObjectId;
  hash: Binary;
  tenantId: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date;
}

export interface TenantDocument {
  _id: ObjectId;
  tenantId: string;
  name: string;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string;
}

export interface ConsumerDocument {
  _id: ObjectId;
  tenantId: string;
  name: string;
  /** Only the token that made it may use it. */
  tokenId: string;
  position: string | null;
  /** Memcmp-ordered part of the position, so that the database can refuse to move it back. */
  positionOrder: string | null;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  ackedAt: Date | null;
  lastSeenAt: Date;
  /** The connection that has it now; another process that sees a new one here ends its own. */
  connectionId: string | null;
}

/** A live event stream or waiting claim, kept fresh by the process that serves it. */
export interface PresenceDocument {
  _id: string;
  tenantId: string;
  role: Role;
  principalId: string;
  consumer: string | null;
  kind: 'stream' | 'claim';
  process: string;
  seenAt: Date;
}

export interface SessionDocument extends RecordDocument {
  key: string;
  status: 'open' | 'closed' | 'expired';
  client: string;
  agentType: string | null;
  dispatchId: ObjectId | null;
  threadId: ObjectId | null;
  toolCalls: number;
  openedAt: Date;
  lastActiveAt: Date;
  endedAt: Date | null;
  idleMs?: number;
}

export interface ToolCallDocument extends RecordDocument {
  tool: string;
  status: 'started' | 'done' | 'error';
  sessionId: ObjectId;
  dispatchId: ObjectId | null;
  agentType: string | null;
  startedAt: Date;
  endedAt: Date | null;
  durationMs: number | null;
  error: string | null;
}

export interface ActivityDocument {
  _id: ObjectId;
  tenantId: string;
  at: Date;
  actor: { kind: string; id: string; label: string };
  action: string;
  subject: { kind: string; id: string };
  changes: { field: string; before: unknown; after: unknown }[];
}

export interface SettingsDocument extends Settings {
  _id: string;
  updatedAt: Date;
  updatedBy: string;
}

export interface AccountDocument {
  _id: string;
  tenantId: string;
  account: string;
  retryNotBefore: Date;
  updatedAt: Date;
}

export interface IdempotencyDocument {
  _id: string;
  tenantId: string;
  bodyHash: string;
  /** Chosen with the reservation: whoever takes over after a crash creates the record under the same id. */
  recordId: ObjectId;
  /** What the record is read back by (its id or slug); null until it is made. */
  recordKey: string | null;
  /** Which request is at it, and until when nobody else may be. */
  owner: string;
  ownedUntil: Date;
  createdAt: Date;
}

/** A document the plane cannot use: kept by id and reason, so that people see it and nothing stops. */
export interface MalformedDocument {
  _id: string;
  tenantId: string;
  collection: string;
  documentId: string;
  reason: string;
  seenAt: Date;
}
