import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { HostPolicy } from '../auth/hosts';
import type { Plane } from '../services/context';
import { UntakenAnswers } from './untaken-answers';

/** What the HTTP API stands on in one process. */
export interface HttpDoor {
  plane: Plane;
  hosts: HostPolicy;
  /** A position of now: events after it miss nothing that a read begun after this call may not show. */
  cursor(): string | null;
  /** Refused sign-ins by address. */
  refusedSignIns: RateLimiterMemory;
  untaken: UntakenAnswers;
}

/** Guessing 128 bits is hopeless anyway; this keeps the attempt from costing us a database look-up each. */
const REFUSED_SIGN_INS = 30;
const REFUSED_SIGN_INS_SECONDS = 60;

export function createHttpDoor(parts: Omit<HttpDoor, 'refusedSignIns' | 'untaken'>): HttpDoor {
  return {
    ...parts,
    refusedSignIns: new RateLimiterMemory({ points: REFUSED_SIGN_INS, duration: REFUSED_SIGN_INS_SECONDS }),
    untaken: new UntakenAnswers(),
  };
}
