import { randomBytes } from 'node:crypto';
import { randomSecret } from './token';

/** Formed like a token, so that whatever finds tokens in URLs, logs and stored text finds a sign-in code too. */
const CODE = /^swb_code_[0-9a-f]{8}_[A-Za-z0-9_-]{24}$/;
const SECRET_BYTES = 18;

export const makeSignInCode = (): string => `swb_code_${randomBytes(4).toString('hex')}_${randomSecret(SECRET_BYTES)}`;
export const isSignInCode = (text: string): boolean => CODE.test(text);
