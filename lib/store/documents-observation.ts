import type { ObjectId } from 'mongodb';
import type { Role } from '../domain/identity/schema';
import type { Settings } from '../domain/settings/schema';
import type { RecordDocument } from './record-document';

/** Who listens, what was done, and what keeps the plane in order. */

export interface ConsumerDocument extends RecordDocument {
  name: string;
  /** Only the token that made it may use it. */
  tokenId: string;
  position: string | null;
  /** Memcmp-ordered part of the position, so that the database can refuse to move it back. */
  positionOrder: string | null;
  ackedAt: Date | null;
  lastSeenAt: Date;
  /** The connection that has it now; another process that sees a new one here ends its own. */
  connectionId: string | null;
}

/**
 * A live event stream or waiting claim, kept fresh by the process that serves it; `left`: when one of a tenant's last
 * ended. Another process may be the one that is asked.
 */
export interface PresenceDocument {
  _id: string;
  tenantId: string;
  role: Role;
  principalId: string;
  consumer: string | null;
  kind: 'stream' | 'claim' | 'left';
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

/** Rows of earlier versions say when and who by `at` and `actor` alone. */
export interface ActivityDocument extends Partial<RecordDocument> {
  _id: ObjectId;
  tenantId: string;
  at: Date;
  actor: { kind: string; id: string; label: string };
  action: string;
  subject: { kind: string; id: string };
  changes: { field: string; before: unknown; after: unknown }[];
}

export interface SettingsDocument extends Settings {
  /** The tenant's. */
  _id: string;
  tenantId: string;
  createdAt: Date;
  createdBy: string;
  updatedAt: Date;
  updatedBy: string;
}

/** What one turn of a dispatch cost. */
export interface SpendDocument {
  /** Dispatch and epoch. */
  _id: string;
  tenantId: string;
  agentType: string;
  nanoUsd: number;
  /** Midnight, UTC. */
  day: Date;
  at: Date;
}

/** What a type spent in a day: the sum of its rows. */
export interface SpendDayDocument {
  _id: string;
  tenantId: string;
  agentType: string;
  day: Date;
  nanoUsd: number;
  figures: number;
  /** When that used up its budget; gone when its renewal was told. */
  reachedAt?: Date;
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
  /** When it was listed last. */
  toldAt?: Date;
}
