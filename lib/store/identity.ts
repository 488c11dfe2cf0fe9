import type { Collections } from './collections';
import type { ApiTokenDocument, ObjectId, SignInCodeDocument, WebSessionDocument } from './documents';
import { binary, bodyId, newId } from './ids';

export const findToken = (c: Collections, tokenId: string): Promise<ApiTokenDocument | null> =>
  c.apiTokens.findOne({ tokenId });

export const findTokenOf = (c: Collections, tenantId: string, id: ObjectId): Promise<ApiTokenDocument | null> =>
  c.apiTokens.findOne({ _id: id, tenantId });

/** Once a minute at most: the filter, not the caller, keeps many processes from writing it again. */
export async function touchToken(c: Collections, id: ObjectId, everyMs: number): Promise<void> {
  await c.apiTokens.updateOne(
    { _id: id, $expr: { $lte: [{ $ifNull: ['$lastUsedAt', new Date(0)] }, { $subtract: ['$$NOW', everyMs] }] } },
    [{ $set: { lastUsedAt: '$$NOW' } }],
  );
}

/** True when it was not revoked before. */
export async function revokeToken(c: Collections, tenantId: string, id: ObjectId): Promise<boolean> {
  const { modifiedCount } = await c.apiTokens.updateOne({ _id: id, tenantId, revokedAt: null }, [
    { $set: { revokedAt: '$$NOW', updatedAt: '$$NOW' } },
  ]);
  return modifiedCount === 1;
}

export async function insertWebSession(
  c: Collections,
  session: Omit<WebSessionDocument, 'hash'> & { hash: Uint8Array },
) {
  await c.webSessions.insertOne({ ...session, hash: binary(session.hash) });
}

export const findWebSession = (c: Collections, hash: Uint8Array): Promise<WebSessionDocument | null> =>
  c.webSessions.findOne({ hash: binary(hash) });

export const findWebSessionById = (c: Collections, id: string): Promise<WebSessionDocument | null> =>
  c.webSessions.findOne({ _id: bodyId('sessionId', id) });

export async function deleteWebSession(c: Collections, id: string): Promise<void> {
  await c.webSessions.deleteOne({ _id: bodyId('sessionId', id) });
}

export async function deleteWebSessionsOf(c: Collections, tokenId: string): Promise<void> {
  await c.webSessions.deleteMany({ tokenId });
}

export async function insertSignInCode(
  c: Collections,
  code: Omit<SignInCodeDocument, '_id' | 'hash'> & { hash: Uint8Array },
): Promise<void> {
  await c.signInCodes.insertOne({ ...code, _id: newId(), hash: binary(code.hash) });
}

/** Found and gone in one command: of two that use a code at once, one gets it. */
export const takeSignInCode = (c: Collections, hash: Uint8Array): Promise<SignInCodeDocument | null> =>
  c.signInCodes.findOneAndDelete({ hash: binary(hash) });
