import type { Binary, ObjectId } from 'mongodb';
import type { AgentTypeSettings } from '../domain/agent-type/schema';
import type { DispatchStatus } from '../domain/dispatch/schema';
import type { Priority, Usage } from '../domain/fields';
import type { MessageKind, MessageStatus } from '../domain/message/schema';
import type { Sender } from '../domain/message/sender';
import type { ReportKind } from '../domain/report/schema';
import type { RunStatus } from '../domain/run/schema';
import type { RunTier } from '../domain/tier';
import type { ProjectKind } from '../domain/project/schema';
import type { Delivered, TaskStatus } from '../domain/task/schema';
import type { ThreadStatus } from '../domain/thread/schema';
import type { RecordDocument } from './record-document';

/** How records stand in MongoDB: ObjectIds and Dates, where the API has strings. */

export type { Binary, ObjectId };
export type * from './documents-identity';
export type * from './documents-observation';

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

/** The late output by which a person ended it. */
interface AcceptedWork {
  acceptedFrom?: { dispatchId: ObjectId; epoch: number };
}

export interface MessageDocument extends RecordDocument, WorkFields, AcceptedWork {
  threadId: ObjectId;
  /** `tier`: what its dispatch was in its run when it said this. */
  from: Omit<Sender, 'dispatchId' | 'tier'> & { dispatchId?: ObjectId; tier?: RunTier };
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
  /** Of a question that says what its asker cannot go on without. */
  isBlocker?: true;
  late: boolean;
  /** When the plane could first show it: stored, or taken up after a raw insert. What waits for news goes by this. */
  arrivedAt: Date;
  /** The run whose planner was not given this yet. Unset with the reading, so that its index holds only what is new. */
  newsFor?: ObjectId;
  /** An answer that may not have been brought to whoever asked. Unset with that, so that its index holds only those. */
  wakes?: true;
  /** Set once, when the plane filled in what a raw insert left out. */
  adoptedAt?: Date;
}

export interface TaskDocument extends RecordDocument, WorkFields, AcceptedWork {
  title: string;
  input: string;
  assignedTo: string;
  priority: Priority;
  projectId: ObjectId | null;
  threadId: ObjectId | null;
  runId: ObjectId | null;
  /** The planner's own word, unique in the run; absent in rows older than runs. */
  key?: string | null;
  /** Fingerprint of the plan's entry, by which the same plan again is told from another under the same key. */
  planHash?: string;
  /** What was handed over to whoever does it; the latest, until it starts. */
  handoff?: { inputs: Record<string, unknown>; context: string; by: string; at: Date };
  /** `status:epoch` the run's planner was last told of. */
  told?: string;
  kind: 'work' | 'plan';
  dependsOn: ObjectId[];
  deliverables: { name: string; description: string }[];
  status: TaskStatus;
  result: { output: string; deliverables: Delivered[]; missing: string[] } | null;
  adoptedAt?: Date;
}

export interface RunDocument extends RecordDocument {
  intent: string;
  sessionId: string | null;
  /** Held by a unique index until the run ends: one open run a session. */
  openSession?: string;
  projectId: ObjectId | null;
  threadId: ObjectId;
  plannerType: string;
  planTaskId: ObjectId;
  /** Who opened it: the author of its first message, also when a sweep has to write that. */
  openedBy: { kind: Sender['kind']; id: string };
  status: RunStatus;
  reason: string | null;
  result: TaskDocument['result'];
  endedAt: Date | null;
  /** Over, but its tasks may not all be stopped yet. */
  closing?: true;
}

/** What one side of a task told the other: who gave what, how far it is, what it lacks, what came of it. */
export interface ReportDocument extends RecordDocument {
  kind: ReportKind;
  taskId: ObjectId;
  runId: ObjectId | null;
  projectId: ObjectId | null;
  dispatchId: ObjectId | null;
  /** The fields of its kind, as its schema has them. */
  said: Record<string, unknown>;
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
  /** It hangs on another node since then, and not all that hangs on it may have come along. */
  moved?: { from: (ObjectId | null)[]; at: Date };
  /** Names the batch that took its place last: told apart from others that took one at the same time. */
  seqTakenBy?: ObjectId;
  /** The last places given to raw messages, and to which. */
  places?: { id: ObjectId; seq: number }[];
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

export interface AgentTypeRevisionDocument extends RecordDocument {
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
  /** Set at the claim of a run's task: what it may do there is known at every door without a read. */
  run?: { id: ObjectId; tier: RunTier };
  agentType: string;
  /** Of its type, as handed out with its last turn. */
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
  /** The run of the task it works on. */
  runId: ObjectId | null;
  /** The sum of `usages`. */
  usage: Usage | null;
  /** What each epoch used: one a turn, so that a turn told twice counts once. */
  usages?: (Usage & { epoch: number })[];
  output: string | null;
  deliverables?: Delivered[];
  /** Of the result's report, where the caller chose it. */
  reportId?: ObjectId;
  lateOutput: LateOutputDocument | null;
  /** Of other epochs, the newest first: shown when a person has decided about that one. */
  lateBehind?: LateOutputDocument[];
  /** Epochs whose late output a person took or left, the latest decision last: telling it again does not bring it back. */
  lateDecidedEpochs?: number[];
  /** That epoch's late output is being taken, in several writes: nobody leaves it any more. */
  lateTakenEpoch?: number;
  error: string | null;
  retryable?: boolean;
  question: PendingQuestion | null;
  /** What its questions before this one were answered with, the latest of them. */
  answeredBy?: ObjectId[];
  /** A reply sent by tool during this dispatch: its output then does not become a second one. */
  replied?: boolean;
  /** Ids of what settling makes, chosen with the outcome, so that settling twice makes it once. */
  replyId: ObjectId;
  /** Names the batch that ended it: of two that brought the same outcome, who was first. */
  endedIn?: ObjectId;
  /** False from an outcome until its effects (reply, source status, asker woken) are all written. */
  settled: boolean;
  leaseTouchedAt: Date | null;
  firstHeartbeatAt: Date | null;
  storedAt: Date | null;
  streamedAt: Date | null;
  claimedAt: Date;
  /** When its last turn after a wait was claimed. */
  resumedAt?: Date;
  /** Who had it, and its agent, before its last resume: they have it again when that is given back with no agent of its own. */
  resumedFrom?: Pick<DispatchDocument, 'consumer' | 'tokenId' | 'account' | 'agentId'>;
  waitingSince: Date | null;
  endedAt: Date | null;
}

export interface LateOutputDocument {
  epoch: number;
  output: string;
  deliverables?: Delivered[];
  at: Date;
  /** What its message gets when a person accepts it: accepted twice, it is there once. */
  id?: ObjectId;
}

/** What a waiting dispatch asked. The message is made from this, so a crash between the two loses nothing. */
export interface PendingQuestion {
  id: ObjectId;
  /** An agent type, `human`, or inside a run `orchestrator`; `system` for a planner that waits for news. */
  to: string;
  /** Empty once it is resumed. */
  body: string;
  /** It cannot go on without what it needs; else it only wants to know. */
  blocker?: { reason: string; needs: string };
  options: string[] | null;
  default: string | null;
  deadline: Date | null;
  /** Why nobody may answer now, in a person's words: the type it was put to is paused, or its money is spent. */
  hold?: string | null;
  /** When whoever was asked was reminded that half of its time is gone. */
  remindedAt?: Date;
  /** When its deadline was found to have passed with nothing declared to hold. */
  overdueAt?: Date;
  answerId: ObjectId | null;
  answeredAt: Date | null;
  /** Until then only the consumer that holds the agent may resume it. */
  offeredUntil: Date | null;
}
