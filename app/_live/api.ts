import { createClient } from '@/lib/sdk/client';
import { isOutcomeUnknown, requestIdOf } from '@/lib/sdk/problem';
import { ControlPlaneError } from '@/lib/domain/errors';

/** The page's own origin; the session cookie goes along by itself. */
export const api = createClient({ baseUrl: '' });

/** What a page tells about a failure: in the server's words, with the id its log knows it by. */
export interface Trouble {
  code: string;
  detail: string;
  requestId: string | undefined;
  /** The first message of each bad field, by path. */
  fields: Record<string, string>;
}

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ControlPlaneError)) {
    return {
      code: 'internal',
      detail: error instanceof Error ? error.message : String(error),
      requestId: undefined,
      fields: {},
    };
  }
  const fields: Record<string, string> = {};
  for (const { path, message } of error.errors ?? []) fields[path] ??= message;
  const kept = isOutcomeUnknown(error) ? ' Whether it was done is not known; trying again is safe.' : '';
  return { code: error.code, detail: `${error.message}${kept}`, requestId: requestIdOf(error), fields };
}

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ControlPlaneError && error.code === 'unauthenticated';
export const isNotFound = (error: unknown): boolean => error instanceof ControlPlaneError && error.code === 'not-found';
export const isRevisionConflict = (error: unknown): boolean =>
  error instanceof ControlPlaneError && error.code === 'revision-conflict';
