import { makeSignInCode } from '../../auth/sign-in-code';
import { hashSecret } from '../../auth/token';
import { DEFAULT_TENANT } from '../../domain/fields';
import { MINUTE_MS } from '../../kernel/clock';
import type { Collections } from '../../store/collections';
import { insertSignInCode } from '../../store/identity';

export const SIGN_IN_CODE_MS = 10 * MINUTE_MS;

/**
 * For whoever can run a command beside the database: a code that signs one browser in as the first admin, once. It
 * goes into the fragment of a link, which browsers do not send.
 */
export async function createSignInCode(collections: Collections, nowMs: number): Promise<string> {
  const code = makeSignInCode();
  await insertSignInCode(collections, {
    hash: hashSecret(code),
    tenantId: DEFAULT_TENANT,
    role: 'admin',
    createdAt: new Date(nowMs),
    updatedAt: new Date(nowMs),
    createdBy: 'system',
    expiresAt: new Date(nowMs + SIGN_IN_CODE_MS),
  });
  return code;
}

export const signInLink = (webUrl: string, code: string): string => `${webUrl.replace(/\/+$/, '')}/login#${code}`;
