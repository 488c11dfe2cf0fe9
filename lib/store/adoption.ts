import type { Document, Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import { recentDatabaseClock } from './database-clock';
import type { MessageDocument } from './documents';
import type { NewMessageRow } from './messages';
import type { RawMessage } from './raw-document';
import { updateEach } from './update-each';
import { findHeldBy } from './work-claims';
import type { WritePair } from './write-pair';

/** How a message that a driver inserted becomes one of ours: by itself, or in the write that claims it. */

/** The texts only where what a driver wrote holds a key: then they are written over it. */
export type AdoptionDefaults = Omit<NewMessageRow, '_id' | 'body' | 'ledger'> & RedactedTexts;
export interface RedactedTexts {
  body?: string;
  subject?: string;
}

/** One raw message taken up: what it lacked, and when the database stored it, where the stream told. */
export interface MessageAdoption {
  /** As it was read. */
  document: RawMessage;
  /** Fields of it that the defaults rest on; changed meanwhile, nothing is taken up. Absent reads as null. */
  readAs: Document;
  defaults: AdoptionDefaults;
  yieldsMs: number;
  /** As a driver wrote it. */
  createdAt: Date | null;
  storedAt: Date | null;
}

const stillRaw = ({ document, readAs }: MessageAdoption) =>
  ({ ...readAs, _id: document._id, rankAt: null }) as unknown as Filter<MessageDocument>;

/**
 * All of it is known, so it is a plain update: one that computes in the server costs it half as much again. Fields of
 * these that a driver changed since the read are written as they were, but for `readAs`; a claim pins what it tells.
 */
const fillIn = ({ defaults, createdAt, storedAt, yieldsMs }: MessageAdoption, now: Date) => ({
  ...defaults,
  createdAt: createdAt ?? storedAt ?? now,
  updatedAt: now,
  adoptedAt: now,
  arrivedAt: now,
  availableAt: now,
  rankAt: new Date(now.getTime() + yieldsMs),
  ledger: { storedAt: storedAt ?? now },
});

/** What only the plane says of a message: that it is an answer nobody was told of, and what a person ended it with. */
const PLANES_OWN = ['wakes', 'acceptedFrom'] as const;

/** Those of them that a driver wrote and that taking it up does not; of nearly all there is none. */
const forgedIn = ({ document, defaults }: MessageAdoption): string[] =>
  PLANES_OWN.filter(field => field in document && !(field in defaults));

/** Believed, `wakes` would make anybody's word the answer to a question. */
function updateTo(adoption: MessageAdoption, set: Document): Document {
  const forged = forgedIn(adoption);
  return forged.length === 0
    ? { $set: set }
    : { $set: set, $unset: Object.fromEntries(forged.map(field => [field, true])) };
}

/**
 * Fills in what raw inserts left out, once: the winner is the one who finds `rankAt` missing. Fields that are there
 * stay. In one round trip; who was first, or that a driver changed what one was read with, shows in nothing but the
 * documents.
 */
export async function adoptMessages(c: Collections, adoptions: MessageAdoption[]): Promise<void> {
  if (adoptions.length === 0) return;
  const now = (await recentDatabaseClock(c)).now();
  await updateEach(
    c.messages,
    adoptions.map(adoption => ({ filter: stillRaw(adoption), update: updateTo(adoption, fillIn(adoption, now)) })),
  );
}

interface AdoptingClaim {
  epoch: number;
  dispatchId: ObjectId;
  streamedAt: Date | null;
}

interface ClaimedAdoption {
  adoption: MessageAdoption;
  claim: AdoptingClaim;
}

const takenUp = ({ adoption, claim }: ClaimedAdoption, now: Date) => {
  const filled = fillIn(adoption, now);
  return {
    ...filled,
    status: 'claimed' as const,
    epoch: claim.epoch,
    attempts: 1,
    dispatchId: claim.dispatchId,
    ledger: { ...filled.ledger, claimedAt: now, ...(claim.streamedAt ? { streamedAt: claim.streamedAt } : {}) },
  };
};

/** To send a longer one along, so that the server compares it, would cost more than reading the message again. */
const LONGEST_PINNED_BODY = 4_096;

/** Whether the write itself can say that the body is the one that was read. */
const isPinned = ({ document: { body } }: MessageAdoption): boolean =>
  typeof body === 'string' && body.length <= LONGEST_PINNED_BODY;

/** Whether what stands after the write is what was read and what was set, and need not be read again. */
const isKnown = (adoption: MessageAdoption): boolean => isPinned(adoption) && forgedIn(adoption).length === 0;

/** What whoever claims it is told of it, beside what decides where it stands. */
const TOLD = ['subject', 'onBehalfOf', 'expectsReply', 'options', 'createdBy'] as const;

/** Changed meanwhile, it is not taken up: it would be handed out, and written, as it was. */
function stillAsRead(adoption: MessageAdoption): Filter<MessageDocument> {
  const { document } = adoption;
  const told: Document = Object.fromEntries(TOLD.map(field => [field, { $eq: document[field] ?? null }]));
  told['from.kind'] = { $eq: document.from?.kind ?? null };
  told['from.id'] = { $eq: document.from?.id ?? null };
  if (isPinned(adoption)) told['body'] = document.body;
  return { ...stillRaw(adoption), ...told };
}

/**
 * Taken up and claimed in one write: for claims that come before anybody adopted. One round trip where all matched, for
 * the write pinned what was read; else those that were won are read again, and those somebody else took up, or a driver
 * changed, are missing from the answer. (A write that returns the document costs the server a tenth more, which keeps
 * it for a retry.)
 */
export async function adoptAsClaimed(
  c: Collections,
  claims: ClaimedAdoption[],
  options: WritePair['second'] | undefined = undefined,
): Promise<MessageDocument[]> {
  const now = (await recentDatabaseClock(c)).now();
  const sets = claims.map(claimed => takenUp(claimed, now));
  const updates = claims.map(({ adoption }, at) => ({
    filter: stillAsRead(adoption),
    update: updateTo(adoption, sets[at]!),
  }));
  const matched = await updateEach(c.messages, updates, options);
  if (matched === 0) return [];
  if (matched === claims.length && claims.every(({ adoption }) => isKnown(adoption))) {
    return claims.map(({ adoption: { document } }, at) => ({ ...document, ...sets[at]! }) as MessageDocument);
  }
  return findHeldBy(
    c.messages,
    claims.map(({ adoption, claim }) => ({ id: adoption.document._id, dispatchId: claim.dispatchId })),
  );
}
