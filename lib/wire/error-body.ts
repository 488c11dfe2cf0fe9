import { z } from 'zod';
import type { ControlPlaneError, ErrorCode } from '../domain/errors';

/** HTTP status of each refusal. `Record` keeps the map exhaustive. */
export const ERROR_STATUS: Record<ErrorCode, number> = {
  'malformed-request': 400,
  'credential-in-url': 400,
  unauthenticated: 401,
  forbidden: 403,
  'host-not-allowed': 403,
  'origin-not-allowed': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'already-exists': 409,
  'revision-conflict': 409,
  'idempotency-conflict': 409,
  'stale-epoch': 409,
  waiting: 409,
  'not-waiting': 409,
  'ask-cycle': 409,
  'controller-exists': 409,
  'topology-violation': 403,
  'dispatch-key-required': 403,
  'too-large': 413,
  'unsupported-media-type': 415,
  'validation-failed': 422,
  'limit-exceeded': 429,
  'history-lost': 410,
  unavailable: 503,
  internal: 500,
};

/** RFC 9457 problem, as every refused request answers it; some say more, in members of their own. */
export const ProblemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;

export function problemBody(error: ControlPlaneError, requestId?: string): ProblemBody {
  return {
    type: 'about:blank',
    title: error.code.replaceAll('-', ' '),
    status: ERROR_STATUS[error.code],
    code: error.code,
    detail: error.message,
    ...(requestId === undefined ? {} : { requestId }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...error.details,
  };
}
