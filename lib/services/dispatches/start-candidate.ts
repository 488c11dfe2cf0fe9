import { crashPoint } from '../../telemetry/crash-point';
import { hashDispatchKey, makeDispatchKey } from '../../auth/dispatch-key';
import type { Claim, ClaimReason } from '../../domain/dispatch/schema';
import type { AgentTypeDocument, DispatchDocument, MessageDocument } from '../../store/documents';
import { insertDispatch, resumeDispatch, withdrawDispatch } from '../../store/dispatch-claims';
import { duplicateFields } from '../../store/errors';
import { binary, hex, newId } from '../../store/ids';
import { adoptAsClaimed } from '../../store/messages';
import { freeSlots, READ_ALL_UP_TO, slotName, type FreeSlots } from '../../store/slots';
import { openRawThread } from '../../store/threads';
import { claimWorkItem, WORK_WORDS, type DueItem, type WorkDocument } from '../../store/work-items';
import type { Context, Plane } from '../context';
import type { Candidate, ResumeCandidate, StartCandidate } from './candidate';

export interface Started {
  dispatch: DispatchDocument;
  type: AgentTypeDocument;
  item: WorkDocument;
  key: string;
  /** The whole message with its thread's subject, where the claim's own write brought it back. */
  message?: MessageDocument;
  subject?: string;
}
export type StartOutcome = Started | { reason: ClaimReason };

/** A slot another claimer took first is tried again elsewhere, this often: each loss means somebody else went on. */
const SLOT_TRIES = 8;

/**
 * So many numbers tried at random may be taken before all are read: with 1,000 of 10,000 running one in ten is, and
 * reading the 1,000 for each of those cost more than all other reads of the claims together.
 */
const CROWDED_AFTER = 3;

/** Types whose limit was looked at as it is now, with nothing running above it. */
const settled = new WeakSet<AgentTypeDocument>();

/** Slot numbers of one claim, read once a type and handed out without repeats. */
export class SlotPool {
  readonly #free = new Map<string, Promise<FreeSlots>>();
  readonly #losses = new Map<string, number>();

  constructor(
    private readonly plane: Plane,
    private readonly random: () => number = Math.random,
  ) {}

  async take(type: AgentTypeDocument): Promise<string | null> {
    let free = this.#free.get(type.slug);
    if (!free) {
      free = freeSlots(this.plane.collections, {
        tenantId: type.tenantId,
        agentType: type.slug,
        limit: type.concurrency,
        readAll: (this.#losses.get(type.slug) ?? 0) >= CROWDED_AFTER,
        noneAbove: settled.has(type),
        random: this.random,
      });
      this.#free.set(type.slug, free);
    }
    const { numbers, noneAbove } = await free;
    // The cached type is another object as soon as it changed, and at the latest after a second.
    if (noneAbove) settled.add(type);
    if (numbers.length === 0) return null;
    // Any free number but the first: claimers that start together would all try the same one.
    const [k] = numbers.splice(Math.floor(this.random() * numbers.length), 1);
    return slotName(type.tenantId, type.slug, k!);
  }

  /** After a lost slot: where all were read, what is free now; else the next number, a few times. */
  lost(type: AgentTypeDocument): void {
    const losses = (this.#losses.get(type.slug) ?? 0) + 1;
    this.#losses.set(type.slug, losses);
    if (type.concurrency <= READ_ALL_UP_TO || losses >= CROWDED_AFTER) this.#free.delete(type.slug);
  }
}

/**
 * The claim itself, two fenced writes. First the dispatch: its unique fields take the work item, the lane and a slot
 * at once or not at all. Then the work item, still due at the epoch that was read. Dead in between, the lease ends it.
 */
export async function startCandidate(
  ctx: Context,
  claim: Claim,
  candidate: Candidate,
  slots: SlotPool,
): Promise<StartOutcome> {
  const id = candidate.mode === 'start' ? newId() : candidate.dispatch._id;
  for (let attempt = 0; attempt < SLOT_TRIES; attempt += 1) {
    const slot = await slots.take(candidate.type);
    if (slot === null) return { reason: 'at-capacity' };
    try {
      return candidate.mode === 'start'
        ? await start(ctx, claim, candidate, id, slot)
        : await resume(ctx, claim, candidate, slot);
    } catch (error) {
      const taken = duplicateFields(error);
      if (taken.length === 0) throw error;
      if (!taken.includes('slot')) return { reason: candidate.mode === 'start' ? 'taken' : 'nothing-due' };
      slots.lost(candidate.type);
    }
  }
  return { reason: 'at-capacity' };
}

async function start(
  ctx: Context,
  claim: Claim,
  { due, type, raw }: StartCandidate,
  id: DispatchDocument['_id'],
  slot: string,
): Promise<StartOutcome> {
  const { plane } = ctx;
  const c = plane.collections;
  const { item, kind } = due;
  const epoch = item.epoch + 1;
  const key = makeDispatchKey(hex(id), epoch);
  const streamedAt = plane.streamedTimes.streamedAt(hex(item._id));
  const inserting = insertDispatch(c, newDispatch(ctx, claim, { due, type, id, epoch, slot, key, streamedAt }));
  // The thread of a raw message stands before the message is taken up, as always; here beside the dispatch.
  const [dispatch] = await Promise.all([inserting, raw && !raw.hasThread ? openRawThread(c, raw.thread, true) : null]);
  crashPoint('claim:after-dispatch');
  if (raw) return claimRaw(plane, { dispatch, type, raw, epoch, streamedAt, key });
  const claimed = await claimWorkItem(c, {
    kind,
    id: item._id,
    fromStatus: WORK_WORDS[kind].due,
    fromEpoch: item.epoch,
    epoch,
    dispatchId: id,
    streamedAt,
    countsAttempt: true,
  });
  if (!claimed) {
    await withdrawDispatch(c, id);
    return { reason: 'taken' };
  }
  crashPoint('claim:after-work');
  return { dispatch, type, item: claimed, key };
}

interface NewDispatch {
  due: DueItem;
  type: AgentTypeDocument;
  id: DispatchDocument['_id'];
  epoch: number;
  slot: string;
  key: string;
  streamedAt: Date | null;
}

function newDispatch(
  { principal }: Context,
  claim: Claim,
  { due, type, id, epoch, slot, key, streamedAt }: NewDispatch,
): Parameters<typeof insertDispatch>[1] {
  const { item, kind } = due;
  return {
    _id: id,
    tenantId: principal.tenantId,
    createdBy: principal.id,
    source: { kind, id: item._id },
    threadId: item.threadId ?? null,
    projectId: item.projectId ?? null,
    agentType: type.slug,
    revision: type.revision,
    consumer: claim.consumer,
    tokenId: principal.id,
    account: principal.account,
    epoch,
    attempt: item.attempts + 1,
    mode: 'start',
    status: 'running',
    open: item._id,
    lane: item.lane,
    slot,
    leaseMs: type.thresholds.leaseMs,
    keyHash: binary(hashDispatchKey(key)),
    agentId: null,
    transcriptUrl: null,
    progress: null,
    enforced: null,
    usage: null,
    output: null,
    lateOutput: null,
    error: null,
    question: null,
    replyId: newId(),
    settled: true,
    leaseTouchedAt: null,
    firstHeartbeatAt: null,
    storedAt: dueSince(due),
    streamedAt,
    waitingSince: null,
    endedAt: null,
  };
}

/** A task waits for what it depends on before anybody could claim it: its way to a claim begins when it is ready. */
function dueSince({ kind, item }: DueItem): Date | null {
  const storedAt = item.ledger.storedAt ?? null;
  return kind === 'task' && storedAt !== null && item.availableAt > storedAt ? item.availableAt : storedAt;
}

/** The second write of a claim that also takes its message up. */
async function claimRaw(
  plane: Plane,
  { dispatch, type, raw, epoch, streamedAt, key }: RawClaim,
): Promise<StartOutcome> {
  const claim = { epoch, dispatchId: dispatch._id, streamedAt };
  const message = await adoptAsClaimed(plane.collections, raw.adoption, claim);
  // Taken up now, by this claim or before it; or a driver changed it, and it is to be read again.
  plane.rawIntake.forget(hex(raw.adoption.id));
  if (!message) {
    await withdrawDispatch(plane.collections, dispatch._id);
    return { reason: 'taken' };
  }
  crashPoint('claim:after-work');
  return { dispatch, type, item: message, key, message, subject: raw.thread.subject };
}

interface RawClaim {
  dispatch: DispatchDocument;
  type: AgentTypeDocument;
  raw: NonNullable<StartCandidate['raw']>;
  epoch: number;
  streamedAt: Date | null;
  key: string;
}

async function resume(
  { plane, principal }: Context,
  claim: Claim,
  { dispatch: waiting, type }: ResumeCandidate,
  slot: string,
): Promise<StartOutcome> {
  const c = plane.collections;
  const epoch = waiting.epoch + 1;
  const key = makeDispatchKey(hex(waiting._id), epoch);
  const { kind, id } = waiting.source;
  const dispatch = await resumeDispatch(c, {
    id: waiting._id,
    fromEpoch: waiting.epoch,
    epoch,
    consumer: claim.consumer,
    tokenId: principal.id,
    account: principal.account,
    keyHash: binary(hashDispatchKey(key)),
    lane: waiting.threadId ?? id,
    slot,
  });
  if (!dispatch) return { reason: 'taken' };
  crashPoint('resume:after-dispatch');
  const item = await claimWorkItem(c, {
    kind,
    id,
    fromStatus: WORK_WORDS[kind].waiting,
    fromEpoch: waiting.epoch,
    epoch,
    dispatchId: waiting._id,
    streamedAt: waiting.streamedAt,
    countsAttempt: false,
  });
  // The work item was cancelled meanwhile: the dispatch lapses by its lease and is settled as that.
  if (!item) return { reason: 'taken' };
  return { dispatch, type, item, key };
}
