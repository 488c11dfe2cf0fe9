import type { Binary, ObjectId } from 'mongodb';
import type { Role } from '../domain/identity/schema';

/** Who may come in: only hashes of what they show are stored. */

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
  /** Counts writes that must not overlap in one tenant: two transactions that both raise it exclude each other. */
  configurationWrites?: number;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string;
}
