import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Me } from '@/lib/domain/identity/schema';
import { api } from './api';
import type { Connection } from './connection';
import { useLive } from './live-context';

/** Where the page goes after signing in: a path of this site and nothing else. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

let leaving = false;

export function goToSignIn(): void {
  if (leaving || location.pathname === '/login') return;
  leaving = true;
  void leave();
}

const LOADED_ANEW_KEY = 'switchboard-loaded-anew-at';
/** Loaded anew so lately, a page that is refused again is not helped by it. */
const LOADED_ANEW_LATELY_MS = 10_000;

/**
 * What was under way while somebody signed in beside this tab is refused under the session before: there is one, and the
 * page is theirs.
 */
async function leave(): Promise<void> {
  const loadedAnewAtMs = Number(sessionStorage.getItem(LOADED_ANEW_KEY) ?? 0);
  const mayHelp = Date.now() - loadedAnewAtMs > LOADED_ANEW_LATELY_MS;
  if (mayHelp && (await isSomebodySignedIn())) {
    sessionStorage.setItem(LOADED_ANEW_KEY, String(Date.now()));
    return location.reload();
  }
  const here = `${location.pathname}${location.search}`;
  location.assign(here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`);
}

const isSomebodySignedIn = (): Promise<boolean> =>
  fetch('/api/auth/me').then(
    ({ ok }) => ok,
    () => false,
  );

export async function signOut(connection: Connection): Promise<void> {
  await api.delete('/api/auth/session');
  leaving = true;
  connection.renew();
  location.assign('/login');
}

/**
 * Who is signed in. Its answer's position is where the live connection begins, or this tab hears a connection that is
 * there already: every later read is younger than either, so no change between a read and the stream can be missed.
 */
export function useMeQuery() {
  const { connection } = useLive();
  return useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const [{ data, cursor }] = await Promise.all([api.read<Me>('/api/auth/me', { signal }), connection.ready()]);
      connection.start(cursor, `${data.tenantId}/${data.role}/${data.id}`);
      return data;
    },
  });
}

/** Below the session gate only: there is somebody signed in. */
export function useMe(): Me {
  const me = useQueryClient().getQueryData<Me>(['me']);
  if (me === undefined) throw new Error('useMe needs the session gate above it');
  return me;
}

/** What the role may do, so that no button is offered that the server would refuse. */
export function useMay(): { work: boolean; manageTokens: boolean } {
  const { role } = useMe();
  return { work: role === 'admin' || role === 'operator', manageTokens: role === 'admin' };
}
