import type { Logger } from 'pino';
import { ControlPlaneError } from '../domain/errors';
import { toDomainError } from '../services/to-domain-error';
import { ERROR_STATUS, problemBody } from '../wire/error-body';
import type { ApiResponse } from './api-request';
import { Reply, type Route } from './route';
import { MethodNotAllowed } from './router';

const COMMON = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** When a refusal says it passes but not when. */
const DEFAULT_RETRY_AFTER_MS = 1_000;

export function success(route: Route, result: unknown, requestId: string): ApiResponse {
  const reply = result instanceof Reply ? result : new Reply(route.status ?? 200, result);
  const headers: Record<string, string> = { ...COMMON, 'X-Request-Id': requestId };
  const body = bodyOf(route, reply, headers);
  Object.assign(headers, reply.headers);
  return { status: reply.status, headers, body };
}

function bodyOf(route: Route, reply: Reply, headers: Record<string, string>): string | null {
  if (reply.status === 204 || reply.body === undefined) return null;
  headers['Content-Type'] = route.responseType === undefined ? 'application/json' : route.responseType;
  return route.responseType === undefined ? JSON.stringify(reply.body) : String(reply.body);
}

/** The one place where an error becomes an HTTP answer. What we did not foresee is logged whole and told as nothing. */
export function refusal(error: unknown, requestId: string, log: Logger): ApiResponse {
  const known = toDomainError(error);
  const shown =
    known instanceof ControlPlaneError ? known : new ControlPlaneError('internal', 'Something went wrong on our side.');
  const status = ERROR_STATUS[shown.code];
  if (status === 500) log.error({ err: error, requestId }, 'request failed');
  else if (status === 503) log.warn({ err: shown.cause ?? shown, requestId }, 'request could not be served');
  const body = JSON.stringify(problemBody(shown, requestId));
  return {
    status,
    headers: {
      ...COMMON,
      'X-Request-Id': requestId,
      'Content-Type': 'application/problem+json',
      ...extraHeaders(shown, status),
    },
    body,
  };
}

function extraHeaders(error: ControlPlaneError, status: number): Record<string, string> {
  if (error instanceof MethodNotAllowed) return { Allow: error.allow };
  if (error.code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer realm="switchboard"' };
  const retryAfterMs = error.retryAfterMs ?? (status === 429 || status === 503 ? DEFAULT_RETRY_AFTER_MS : undefined);
  return retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
}
