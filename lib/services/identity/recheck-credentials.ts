import { ControlPlaneError } from '../../domain/errors';
import { ageMs } from '../../kernel/clock';
import type { Context } from '../context';
import { stillValid } from './authenticate';

const EVERY_MS = 10_000;

/**
 * For a call that may wait for most of a minute: to be asked whenever it woke, and looks every 10 s at most, as an open
 * stream does. Throws `unauthenticated` once the token is revoked or has expired.
 */
export function recheckCredentials({ plane, principal }: Context): () => Promise<void> {
  let askedMs = plane.clock.now();
  return async () => {
    const nowMs = plane.clock.now();
    if (ageMs(askedMs, nowMs) < EVERY_MS) return;
    askedMs = nowMs;
    if (await stillValid(plane, principal)) return;
    throw new ControlPlaneError('unauthenticated', 'Authorization: this token was revoked or has expired.');
  };
}
