import type { SignIn } from '@/lib/domain/identity/schema';
import { api, troubleOf } from '../_live/api';

/** What the link's fragment holds, taken out of the address bar and the history before anything else can see it. */
export function takeCode(): string | null {
  const code = decodeURIComponent(location.hash.slice(1)).trim();
  if (code === '') return null;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return code;
}

/** `swb_<role>_…` but for `swb_code_…`; the first admin's own may look like anything, so what is neither is tried as a token. */
const isToken = (credential: string): boolean => !credential.startsWith('swb_code_');

/** Null when signed in, else what is wrong and the way out. */
export async function signIn(credential: string): Promise<string | null> {
  const body: SignIn = isToken(credential) ? { token: credential } : { code: credential };
  try {
    await api.post('/api/auth/session', body);
    return null;
  } catch (error) {
    const { code, detail, requestId } = troubleOf(error);
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    if (code !== 'unauthenticated' && code !== 'validation-failed') return `${detail}${id}`;
    return isToken(credential)
      ? `This token is not accepted: it is wrong, revoked or expired.${id}`
      : `This code is not accepted: it works once, for ten minutes. Get a new link with npm run login.${id}`;
  }
}
