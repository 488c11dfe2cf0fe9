import type { Credential } from '../../auth/credentials';
import { hashSecret, hashText, parseToken, sameSecret } from '../../auth/token';
import { DEFAULT_TENANT } from '../../domain/fields';
import type { Principal } from '../../domain/identity/schema';
import { MINUTE_MS } from '../../kernel/clock';
import type { ApiTokenDocument, WebSessionDocument } from '../../store/documents';
import { bodyId, hex } from '../../store/ids';
import { findToken, findTokenOf, findWebSession, findWebSessionById, touchToken } from '../../store/identity';
import type { Plane } from '../context';

export const FIRST_ADMIN_ID = 'admin';
const TOUCH_EVERY_MS = MINUTE_MS;

/** Who shows this credential; null for every reason there can be, so that none of them can be told apart. */
export async function authenticate(plane: Plane, credential: Credential): Promise<Principal | null> {
  const hash = `${credential.kind}:${hashText(credential.secret)}`;
  return plane.authCache.get(hash, () =>
    credential.kind === 'bearer'
      ? principalOfToken(plane, credential.secret)
      : principalOfCookie(plane, credential.secret),
  );
}

export async function principalOfToken(plane: Plane, token: string): Promise<Principal | null> {
  if (sameSecret(token, hashSecret(plane.adminToken))) return firstAdmin('token');
  const parts = parseToken(token);
  if (!parts) return null;
  const row = await findToken(plane.collections, parts.id);
  if (!row || !sameSecret(token, row.hash.buffer) || !isGood(row, plane.clock.now())) return null;
  touch(plane, row);
  return principalOf(row, 'token');
}

async function principalOfCookie(plane: Plane, secret: string): Promise<Principal | null> {
  const row = await findWebSession(plane.collections, sessionHash(plane, secret));
  return row ? principalOfSession(plane, row) : null;
}

/**
 * The first admin's sessions hang on the admin token: change it, and they are over. Mixing it into every session's hash
 * says so without a rule to forget; sessions of other tokens are asked for those besides.
 */
export const sessionHash = (plane: Plane, secret: string): Buffer =>
  hashSecret(`${secret}.${hashText(plane.adminToken)}`);

async function principalOfSession(plane: Plane, row: WebSessionDocument): Promise<Principal | null> {
  if (row.expiresAt.getTime() <= plane.clock.now()) return null;
  const session = { sessionId: hex(row._id), expiresAtMs: row.expiresAt.getTime() };
  if (row.tokenId === null) return { ...firstAdmin('cookie'), ...session };
  // Also when its sessions were deleted: one may have been made while the token was being revoked.
  const token = await findToken(plane.collections, row.tokenId);
  return token && isGood(token, plane.clock.now()) ? { ...principalOf(token, 'cookie'), ...session } : null;
}

/**
 * Whether an open stream may go on: asked every few seconds, past every cache, so that what was revoked anywhere ends
 * here.
 */
export async function stillValid(plane: Plane, principal: Principal): Promise<boolean> {
  if (principal.expiresAtMs !== undefined && principal.expiresAtMs <= plane.clock.now()) return false;
  if (principal.via === 'system') return true;
  if (principal.sessionId !== undefined) {
    const row = await findWebSessionById(plane.collections, principal.sessionId);
    return row !== null && (await principalOfSession(plane, row)) !== null;
  }
  if (principal.id === FIRST_ADMIN_ID) return true;
  const row = await findTokenOf(plane.collections, principal.tenantId, bodyId('id', principal.id));
  return row !== null && isGood(row, plane.clock.now());
}

const isGood = (row: ApiTokenDocument, nowMs: number): boolean =>
  row.revokedAt === null && (row.expiresAt === null || row.expiresAt.getTime() > nowMs);

export const firstAdmin = (via: 'token' | 'cookie'): Principal => ({
  tenantId: DEFAULT_TENANT,
  role: 'admin',
  id: FIRST_ADMIN_ID,
  label: 'First admin',
  account: FIRST_ADMIN_ID,
  via,
});

const principalOf = (row: ApiTokenDocument, via: 'token' | 'cookie'): Principal => ({
  tenantId: row.tenantId,
  role: row.role,
  id: row.tokenId,
  label: row.label,
  ...(row.agentType === null ? {} : { agentType: row.agentType }),
  account: row.account ?? row.tokenId,
  via,
  ...(row.expiresAt === null ? {} : { expiresAtMs: row.expiresAt.getTime() }),
});

function touch(plane: Plane, row: ApiTokenDocument): void {
  if (row.lastUsedAt !== null && plane.clock.now() - row.lastUsedAt.getTime() < TOUCH_EVERY_MS) return;
  // Nobody waits for it: a call must not fail because its trace could not be written.
  touchToken(plane.collections, row._id, TOUCH_EVERY_MS).catch((error: unknown) =>
    plane.log.warn({ err: error }, 'last use of a token could not be noted'),
  );
}
