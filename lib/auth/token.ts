import { createHash, timingSafeEqual } from 'node:crypto';
import { ROLES, type Role } from '../domain/identity/schema';
import { fewRandomBytes } from './random';

/**
 * `swb_<role>_<id>_<secret>`: role and id are for people and for the look-up, the secret alone opens the door.
 * Only SHA-256 of the whole is stored: with 256 random bits there is nothing for a slow hash to protect.
 */
const SECRET_BYTES = 32;
const TOKEN = new RegExp(`^swb_(${ROLES.join('|')})_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$`);

export interface TokenParts {
  role: Role;
  id: string;
}

export const randomSecret = (bytes = SECRET_BYTES): string => fewRandomBytes(bytes).toString('base64url');

export const makeToken = (role: Role, id: string): string => `swb_${role}_${id}_${randomSecret()}`;

export function parseToken(token: string): TokenParts | null {
  const parts = TOKEN.exec(token);
  return parts ? { role: parts[1] as Role, id: parts[2]! } : null;
}

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
export const hashText = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Compares digests, which are of one length whatever was sent, in constant time. */
export function sameSecret(sent: string, storedHash: Uint8Array): boolean {
  const hash = hashSecret(sent);
  return storedHash.length === hash.length && timingSafeEqual(hash, storedHash);
}
