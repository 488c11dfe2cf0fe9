import { ControlPlaneError, ERROR_CODES, isControlPlaneError, type ErrorCode, type FieldError } from '../domain/errors';
import { bodyText } from './read-body';
import { retryAfterMs } from './retry-after';

/** A refusal with no code we know (a proxy's page, a newer server) is still sorted by its status. */
const CODE_OF_STATUS: Record<number, ErrorCode> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'unavailable',
  409: 'conflict',
  410: 'history-lost',
  413: 'too-large',
  415: 'unsupported-media-type',
  422: 'validation-failed',
  429: 'limit-exceeded',
};
/** What may succeed when the very same call is made later. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);
/** A proxy's error page may be large; the message needs only its beginning. */
const MAX_DETAIL_CHARACTERS = 300;

const isErrorCode = (value: unknown): value is ErrorCode => (ERROR_CODES as readonly unknown[]).includes(value);

/** The refusal as an error: code, bad fields and request id as the server said them. */
export async function errorFromResponse(response: Response, signal: AbortSignal): Promise<ControlPlaneError> {
  const text = await bodyText(response, signal).catch(() => '');
  const body = parseObject(text);
  const { status } = response;
  const told = isErrorCode(body['code']) ? body['code'] : null;
  // Not in our words: a proxy's page (521 while the server behind it starts again) says nothing of the call itself. Taken
  // for a refusal, the output that it carried was thrown away.
  const isProxys = told === null && status >= 500;
  const code = told ?? (isProxys ? 'unavailable' : (CODE_OF_STATUS[status] ?? 'internal'));
  const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now());
  const { type: _type, title: _title, status: _status, code: _code, detail, errors, ...rest } = body;
  return new ControlPlaneError(code, detailOf(detail, text, status), {
    retry: PASSING_STATUSES.has(status) || isProxys ? 'backoff' : 'never',
    details: { ...rest, status },
    ...(isFieldErrors(errors) ? { errors } : {}),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** No answer at all: nobody listens, the line broke, or it took too long. Whether the call was done is unknown. */
export const unreachable = (url: string, why: string, cause?: unknown): ControlPlaneError =>
  new ControlPlaneError('unavailable', `No answer from ${originOf(url)}: ${why}`, {
    retry: 'backoff',
    details: { network: true },
    cause,
  });

/** True when no answer came: the server may or may not have done what was asked. */
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof ControlPlaneError && error.details?.['network'] === true;

/**
 * The same of a claim, which is many writes: a server whose database went away in the middle answers, and some of what
 * the claim went for may stand.
 */
export const mayHaveClaimed = (error: unknown): boolean => isControlPlaneError(error, 'unavailable');

/** What to quote to whoever reads the server's log. */
export const requestIdOf = (error: ControlPlaneError): string | undefined => {
  const id = error.details?.['requestId'];
  return typeof id === 'string' ? id : undefined;
};

function detailOf(detail: unknown, text: string, status: number): string {
  if (typeof detail === 'string' && detail !== '') return detail;
  const beginning = text.slice(0, MAX_DETAIL_CHARACTERS).trim();
  return beginning === '' ? `The server answered ${status}.` : `The server answered ${status}: ${beginning}`;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

const isFieldErrors = (value: unknown): value is FieldError[] =>
  Array.isArray(value) && value.every(item => typeof item?.path === 'string' && typeof item?.message === 'string');

function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.exec(url)?.[0] ?? 'the server';
}
