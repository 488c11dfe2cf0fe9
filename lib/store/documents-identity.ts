import type { Binary } from 'mongodb';
import type { Role } from '../domain/identity/schema';
import type { RecordDocument } from './record-document';

/** Who may come in: only hashes of what they show are stored. */

export interface ApiTokenDocument extends RecordDocument {
  tokenId: string;
  hash: Binary;
  role: Role;
  label: string;
  agentType: string | null;
  account: string | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** A browser's session. Only the hash of its cookie is stored. */
export interface WebSessionDocument extends RecordDocument {
  hash: Binary;
  role: Role;
  principalId: string;
  label: string;
  agentType: string | null;
  account: string;
  /** Where it came from: revoking that token ends it. Null for the first admin. */
  tokenId: string | null;
  expiresAt: Date;
}

export interface SignInCodeDocument extends RecordDocument {
  hash: Binary;
  role: Role;
  expiresAt: Date;
}

export interface TenantDocument extends RecordDocument {
  name: string;
  /** Counts writes that must not overlap in one tenant: two transactions that both raise it exclude each other. */
  configurationWrites?: number;
}
