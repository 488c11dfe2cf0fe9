import { hashSecret, randomSecret, sameSecret } from './token';

/**
 * `dk_<dispatchId>_<epoch>_<secret>`: names the dispatch it was issued for, so that a key of an earlier epoch is told
 * apart from a wrong one. What it may do is the dispatch's state to say, not the key's.
 */
const KEY = /^dk_([0-9a-f]{24})_(\d{1,9})_([A-Za-z0-9_-]{32})$/;
const SECRET_BYTES = 24;

export interface DispatchKeyParts {
  dispatchId: string;
  epoch: number;
}

export const makeDispatchKey = (dispatchId: string, epoch: number): string =>
  `dk_${dispatchId}_${epoch}_${randomSecret(SECRET_BYTES)}`;

export function parseDispatchKey(key: string): DispatchKeyParts | null {
  const parts = KEY.exec(key);
  return parts ? { dispatchId: parts[1]!, epoch: Number(parts[2]) } : null;
}

export const hashDispatchKey = hashSecret;
export const sameDispatchKey = sameSecret;
